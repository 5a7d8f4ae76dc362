-- +goose Up
-- Bulletins (月通报) as lists show them, targets in all their versions, and the index
-- that lets a bulletin find the funds of two years; the same tables as for MySQL.
CREATE TABLE bulletins (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  year INTEGER NOT NULL,
  month INTEGER NOT NULL,
  cutoff TEXT NOT NULL CHECK (length(cutoff) <= 10),
  amends TEXT NOT NULL CHECK (length(amends) <= 64),
  title TEXT NOT NULL CHECK (length(title) <= 100),
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  number TEXT NOT NULL CHECK (length(number) <= 64),
  known_at DATETIME NOT NULL,
  automatic BOOLEAN NOT NULL,
  due_at DATETIME NULL,
  opened_at DATETIME NOT NULL,
  published_at DATETIME NULL,
  digest TEXT NOT NULL CHECK (length(digest) <= 64),
  headline TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX bulletins_month ON bulletins (year, month, opened_at, id);
CREATE INDEX bulletins_published ON bulletins (published_at, id);

CREATE TABLE bulletin_schedule (
  name TEXT NOT NULL CHECK (length(name) <= 20),
  month TEXT NOT NULL CHECK (length(month) <= 7),
  PRIMARY KEY (name)
);

CREATE TABLE target_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  year INTEGER NOT NULL,
  unit_id TEXT NOT NULL CHECK (length(unit_id) <= 64),
  indicator TEXT NOT NULL CHECK (length(indicator) <= 100),
  value TEXT NOT NULL CHECK (length(value) <= 100),
  recorded_at DATETIME NOT NULL,
  recorded_by TEXT NOT NULL CHECK (length(recorded_by) <= 64),
  source TEXT NOT NULL CHECK (length(source) <= 200)
);
CREATE INDEX target_versions_year ON target_versions (year, recorded_at, id);

-- What was set before versions were kept was known from the start.
INSERT INTO target_versions (year, unit_id, indicator, value, recorded_at, recorded_by, source)
SELECT year, '', CASE WHEN indicator = 'landed_above_scale' THEN 'landed_count' ELSE indicator END, value,
  '1970-01-01 00:00:00+00:00', '初始数据', '' FROM targets ORDER BY year, indicator;
DROP TABLE targets;

CREATE INDEX project_funds_arrived ON project_funds (arrived_on, project_id, amount);
