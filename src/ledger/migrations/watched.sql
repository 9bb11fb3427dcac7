-- When a station's last scan came: asked by whoever watches the service, also about stations that are silent.
CREATE INDEX batch_station ON batch (tenant, station, taken_at);
