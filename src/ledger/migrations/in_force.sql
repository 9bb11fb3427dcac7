-- What is in force is asked for with every document of a replacing batch.
CREATE INDEX event_in_force ON event (tenant, code, seq) WHERE code IN ('configuration.activated', 'rules.activated');
