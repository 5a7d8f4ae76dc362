-- +goose Up
-- Liaison lists (包联清单) as lists show them; the same table as for MySQL.
CREATE TABLE batches (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  year INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  title TEXT NOT NULL CHECK (length(title) <= 100),
  name TEXT NOT NULL CHECK (length(name) <= 100),
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  count INTEGER NOT NULL,
  started INTEGER NOT NULL,
  created_by TEXT NOT NULL CHECK (length(created_by) <= 64),
  created_at DATETIME NOT NULL,
  published_at DATETIME NULL,
  illustrative BOOLEAN NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX batches_created ON batches (created_at, id);
CREATE INDEX batches_stream ON batches (stream);
