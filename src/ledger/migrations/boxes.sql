-- What lies in a box, and which boxes there are: asked by whoever stands before one.
CREATE INDEX event_boxed ON event (tenant, detail) WHERE code = 'paper.boxed';
