-- +goose Up
-- Assessment years and self-reports as lists show them, and which projects counted in
-- what was computed; the same tables as for MySQL.
CREATE TABLE assessments (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  stream TEXT NOT NULL CHECK (length(stream) <= 128),
  year INTEGER NOT NULL,
  title TEXT NOT NULL CHECK (length(title) <= 100),
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  book TEXT NOT NULL CHECK (length(book) <= 400),
  units INTEGER NOT NULL,
  appeals INTEGER NOT NULL,
  due DATETIME NULL,
  light TEXT NOT NULL CHECK (length(light) <= 10),
  opened_at DATETIME NOT NULL,
  locked_at DATETIME NULL,
  hash TEXT NOT NULL CHECK (length(hash) <= 64),
  illustrative BOOLEAN NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX assessments_year ON assessments (year, id);

CREATE TABLE self_reports (
  id TEXT NOT NULL CHECK (length(id) <= 128),
  stream TEXT NOT NULL CHECK (length(stream) <= 160),
  year TEXT NOT NULL CHECK (length(year) <= 64),
  unit_id TEXT NOT NULL CHECK (length(unit_id) <= 64),
  unit_name TEXT NOT NULL CHECK (length(unit_name) <= 100),
  group_name TEXT NOT NULL CHECK (length(group_name) <= 100),
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  items INTEGER NOT NULL,
  filled INTEGER NOT NULL,
  decided INTEGER NOT NULL,
  differs INTEGER NOT NULL,
  frauds INTEGER NOT NULL,
  late BOOLEAN NOT NULL,
  automatic BOOLEAN NOT NULL,
  asking BOOLEAN NOT NULL,
  light TEXT NOT NULL CHECK (length(light) <= 10),
  due DATETIME NULL,
  submitted_at DATETIME NULL,
  verified_at DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE INDEX self_reports_year ON self_reports (year, unit_id);

CREATE TABLE assessment_touches (
  output TEXT NOT NULL CHECK (length(output) <= 64),
  project TEXT NOT NULL CHECK (length(project) <= 64),
  places BLOB NOT NULL CHECK (length(places) < 16777216),
  PRIMARY KEY (project, output)
);
CREATE INDEX assessment_touches_output ON assessment_touches (output);
