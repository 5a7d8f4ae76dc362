-- +goose Up
-- Weekly dispatch sheets (周调度单) as lists show them, and the week that their schedule
-- began with; the same tables as for MySQL.
CREATE TABLE dispatches (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  title TEXT NOT NULL CHECK (length(title) <= 100),
  year INTEGER NOT NULL,
  covers_from DATETIME NOT NULL,
  covers_until DATETIME NOT NULL,
  due_at DATETIME NOT NULL,
  opened_at DATETIME NOT NULL,
  belated BOOLEAN NOT NULL,
  automatic BOOLEAN NOT NULL,
  opened_by TEXT NOT NULL CHECK (length(opened_by) <= 64),
  opened_user TEXT NOT NULL CHECK (length(opened_user) <= 64),
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  issued_at DATETIME NULL,
  closed_at DATETIME NULL,
  due DATETIME NULL,
  light TEXT NOT NULL CHECK (length(light) <= 10),
  instructions INTEGER NOT NULL,
  running INTEGER NOT NULL,
  answered INTEGER NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) <= 64),
  liaisons INTEGER NOT NULL,
  yellow INTEGER NOT NULL,
  red INTEGER NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX dispatches_until ON dispatches (covers_until, id);
CREATE INDEX dispatches_stage ON dispatches (stage, covers_until, id);
CREATE INDEX dispatches_stream ON dispatches (stream);

CREATE TABLE dispatch_schedule (
  name TEXT NOT NULL CHECK (length(name) <= 20),
  week TEXT NOT NULL CHECK (length(week) <= 10),
  PRIMARY KEY (name)
);
