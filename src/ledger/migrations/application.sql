-- Tokens of programs: only what they can be checked against.
CREATE TABLE application_token (
  tenant      TEXT NOT NULL,
  application TEXT NOT NULL,
  token       TEXT NOT NULL,               -- SHA-256 of what the program holds
  changed_at  TEXT NOT NULL,
  PRIMARY KEY (tenant, application)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX application_token_token ON application_token (tenant, token);
