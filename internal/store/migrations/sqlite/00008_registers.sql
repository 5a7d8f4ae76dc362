-- +goose Up
-- Registers around the project: each entry as it is now, the names it goes by, and every
-- version that it ever had; the same tables as for MySQL.
CREATE TABLE register_entries (
  kind TEXT NOT NULL CHECK (length(kind) <= 20),
  id TEXT NOT NULL CHECK (length(id) <= 64),
  version INTEGER NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 100),
  unit_id TEXT NOT NULL CHECK (length(unit_id) <= 64),
  starts TEXT NOT NULL CHECK (length(starts) <= 10),
  ends TEXT NOT NULL CHECK (length(ends) <= 10),
  closed BOOLEAN NOT NULL,
  search TEXT NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX register_entries_name ON register_entries (kind, name, id);

CREATE TABLE register_names (
  kind TEXT NOT NULL CHECK (length(kind) <= 20),
  name TEXT NOT NULL CHECK (length(name) <= 100),
  id TEXT NOT NULL CHECK (length(id) <= 64),
  PRIMARY KEY (kind, name)
);
CREATE INDEX register_names_entry ON register_names (kind, id);

CREATE TABLE register_versions (
  kind TEXT NOT NULL CHECK (length(kind) <= 20),
  id TEXT NOT NULL CHECK (length(id) <= 64),
  version INTEGER NOT NULL,
  recorded_at DATETIME NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, id, version)
);
