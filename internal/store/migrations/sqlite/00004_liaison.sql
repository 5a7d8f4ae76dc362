-- +goose Up
-- Liaisons (包联) as lists show them, what each owes and stood under, and which of them
-- carries a project; the same tables as for MySQL.
CREATE TABLE liaisons (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  list_id TEXT NOT NULL CHECK (length(list_id) <= 64),
  year INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  project_id TEXT NOT NULL CHECK (length(project_id) <= 64),
  project_name TEXT NOT NULL CHECK (length(project_name) <= 200),
  county_id TEXT NOT NULL CHECK (length(county_id) <= 64),
  department_id TEXT NOT NULL CHECK (length(department_id) <= 64),
  department_name TEXT NOT NULL CHECK (length(department_name) <= 100),
  cadre_id TEXT NOT NULL CHECK (length(cadre_id) <= 64),
  cadre_name TEXT NOT NULL CHECK (length(cadre_name) <= 64),
  team TEXT NOT NULL CHECK (length(team) <= 100),
  search TEXT NOT NULL CHECK (length(search) <= 300),
  role TEXT NOT NULL CHECK (length(role) <= 20),
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  urgency INTEGER NOT NULL,
  light TEXT NOT NULL CHECK (length(light) <= 10),
  light_rule TEXT NOT NULL CHECK (length(light_rule) <= 300),
  light_since DATETIME NOT NULL,
  next_milestone TEXT NOT NULL CHECK (length(next_milestone) <= 100),
  next_due DATETIME NULL,
  open_problems INTEGER NOT NULL,
  assigned_at DATETIME NOT NULL,
  ended_at DATETIME NULL,
  illustrative BOOLEAN NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX liaisons_urgency ON liaisons (urgency, next_due, id);
CREATE INDEX liaisons_stream ON liaisons (stream);
CREATE INDEX liaisons_department ON liaisons (department_id, urgency, next_due, id);
CREATE INDEX liaisons_project ON liaisons (project_id);
CREATE INDEX liaisons_list ON liaisons (list_id);

CREATE TABLE liaison_items (
  liaison_id TEXT NOT NULL CHECK (length(liaison_id) <= 64),
  kind TEXT NOT NULL CHECK (length(kind) <= 20),
  item_key TEXT NOT NULL CHECK (length(item_key) <= 100),
  department_id TEXT NOT NULL CHECK (length(department_id) <= 64),
  title TEXT NOT NULL CHECK (length(title) <= 300),
  level TEXT NOT NULL CHECK (length(level) <= 20),
  opened_at DATETIME NOT NULL,
  due DATETIME NULL,
  done_at DATETIME NULL,
  status TEXT NOT NULL CHECK (length(status) <= 10),
  PRIMARY KEY (liaison_id, kind, item_key)
);

CREATE TABLE liaison_slots (
  project_id TEXT NOT NULL CHECK (length(project_id) <= 64),
  role TEXT NOT NULL CHECK (length(role) <= 20),
  liaison_id TEXT NOT NULL CHECK (length(liaison_id) <= 64),
  PRIMARY KEY (project_id, role)
);
CREATE INDEX liaison_slots_liaison ON liaison_slots (liaison_id);
