-- +goose Up
-- Panel meetings (研判会) as lists show them; the same table as for MySQL.
CREATE TABLE meetings (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  title TEXT NOT NULL CHECK (length(title) <= 100),
  search TEXT NOT NULL CHECK (length(search) <= 100),
  at DATETIME NOT NULL,
  place TEXT NOT NULL CHECK (length(place) <= 100),
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  chair TEXT NOT NULL CHECK (length(chair) <= 64),
  convened_by TEXT NOT NULL CHECK (length(convened_by) <= 64),
  started_user TEXT NOT NULL CHECK (length(started_user) <= 64),
  convened_at DATETIME NOT NULL,
  secret BOOLEAN NOT NULL,
  members INTEGER NOT NULL,
  present INTEGER NOT NULL,
  items INTEGER NOT NULL,
  decided INTEGER NOT NULL,
  light TEXT NOT NULL CHECK (length(light) <= 10),
  ended_at DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE INDEX meetings_at ON meetings (at, id);
CREATE INDEX meetings_started_user ON meetings (started_user, at, id);
CREATE INDEX meetings_stream ON meetings (stream);
