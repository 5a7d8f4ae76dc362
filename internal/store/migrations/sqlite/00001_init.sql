-- +goose Up
-- The same tables as for MySQL. SQLite doesn't hold a text to the length of its
-- column, so a CHECK does: what one database refuses the other refuses too.

CREATE TABLE units (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  position INTEGER NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 100),
  short_name TEXT NOT NULL CHECK (length(short_name) <= 50),
  kind TEXT NOT NULL CHECK (length(kind) <= 20),
  PRIMARY KEY (id)
);

CREATE TABLE users (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  login TEXT NOT NULL CHECK (length(login) <= 64),
  name TEXT NOT NULL CHECK (length(name) <= 64),
  unit_id TEXT NOT NULL CHECK (length(unit_id) <= 64),
  roles TEXT NOT NULL CHECK (length(roles) <= 300),
  disabled BOOLEAN NOT NULL,
  password_hash TEXT NOT NULL CHECK (length(password_hash) <= 300),
  PRIMARY KEY (id),
  CONSTRAINT users_login UNIQUE (login),
  CONSTRAINT users_unit FOREIGN KEY (unit_id) REFERENCES units (id)
);

-- id is the SHA-256 of the session's token: the token itself is with the client alone.
CREATE TABLE sessions (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  user_id TEXT NOT NULL CHECK (length(user_id) <= 64),
  created_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  idle_expires_at DATETIME NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX sessions_idle ON sessions (idle_expires_at);

CREATE TABLE projects (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  code TEXT NOT NULL CHECK (length(code) <= 64),
  name TEXT NOT NULL CHECK (length(name) <= 200),
  investor TEXT NOT NULL CHECK (length(investor) <= 200),
  investor_kind TEXT NOT NULL CHECK (length(investor_kind) <= 20),
  county_id TEXT NOT NULL CHECK (length(county_id) <= 64),
  industry_tier TEXT NOT NULL CHECK (length(industry_tier) <= 20),
  industry TEXT NOT NULL CHECK (length(industry) <= 100),
  chain TEXT NOT NULL CHECK (length(chain) <= 100),
  agreed_amount INTEGER NOT NULL,
  framework BOOLEAN NOT NULL,
  above_scale BOOLEAN NOT NULL,
  land_area TEXT NOT NULL CHECK (length(land_area) <= 40),
  energy_use TEXT NOT NULL CHECK (length(energy_use) <= 40),
  chemicals BOOLEAN NOT NULL,
  team TEXT NOT NULL CHECK (length(team) <= 100),
  ambassador TEXT NOT NULL CHECK (length(ambassador) <= 100),
  event TEXT NOT NULL CHECK (length(event) <= 200),
  verification TEXT NOT NULL CHECK (length(verification) <= 20),
  contact_name TEXT NOT NULL CHECK (length(contact_name) <= 64),
  contact_phone TEXT NOT NULL CHECK (length(contact_phone) <= 40),
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  signed_on TEXT NULL CHECK (length(signed_on) <= 10),
  landed_on TEXT NULL CHECK (length(landed_on) <= 10),
  started_on TEXT NULL CHECK (length(started_on) <= 10),
  in_statistics_on TEXT NULL CHECK (length(in_statistics_on) <= 10),
  in_production_on TEXT NULL CHECK (length(in_production_on) <= 10),
  illustrative BOOLEAN NOT NULL,
  remark TEXT NOT NULL CHECK (length(remark) <= 2000),
  version INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  created_by TEXT NOT NULL,
  created_user TEXT NOT NULL CHECK (length(created_user) <= 64),
  search TEXT NOT NULL CHECK (length(search) <= 500),
  PRIMARY KEY (id),
  CONSTRAINT projects_code UNIQUE (code)
);
CREATE INDEX projects_signed ON projects (signed_on, id);
CREATE INDEX projects_amount ON projects (agreed_amount, id);
CREATE INDEX projects_name ON projects (name, id);
CREATE INDEX projects_updated ON projects (updated_at, id);
CREATE INDEX projects_county ON projects (county_id);
CREATE INDEX projects_created_user ON projects (created_user);

CREATE TABLE project_funds (
  project_id TEXT NOT NULL CHECK (length(project_id) <= 64),
  position INTEGER NOT NULL,
  arrived_on TEXT NOT NULL CHECK (length(arrived_on) <= 10),
  amount INTEGER NOT NULL,
  PRIMARY KEY (project_id, position),
  CONSTRAINT project_funds_project FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  seq INTEGER NOT NULL,
  type TEXT NOT NULL CHECK (length(type) <= 100),
  data TEXT NOT NULL,
  at DATETIME NOT NULL,
  actor TEXT NOT NULL,
  command_id TEXT NOT NULL CHECK (length(command_id) <= 300),
  project_id TEXT NOT NULL CHECK (length(project_id) <= 64),
  prev_hash TEXT NOT NULL CHECK (length(prev_hash) <= 64),
  hash TEXT NOT NULL CHECK (length(hash) <= 64),
  CONSTRAINT events_stream_seq UNIQUE (stream, seq)
);
CREATE INDEX events_project ON events (project_id, id);

CREATE TABLE commands (
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  id TEXT NOT NULL CHECK (length(id) <= 300),
  request TEXT NOT NULL CHECK (length(request) <= 64),
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  stage TEXT NOT NULL CHECK (length(stage) <= 40),
  PRIMARY KEY (stream, id)
);

CREATE TABLE processes (
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  kind TEXT NOT NULL CHECK (length(kind) <= 20),
  process_id TEXT NOT NULL CHECK (length(process_id) <= 64),
  project_id TEXT NOT NULL CHECK (length(project_id) <= 64),
  started_user TEXT NOT NULL CHECK (length(started_user) <= 64),
  head INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  behind BOOLEAN GENERATED ALWAYS AS (confirmed < head) STORED,
  last_at DATETIME NOT NULL,
  ended BOOLEAN NOT NULL,
  calendar TEXT NOT NULL CHECK (length(calendar) <= 64),
  state TEXT NOT NULL,
  PRIMARY KEY (stream)
);
CREATE INDEX processes_behind ON processes (behind, last_at, stream);
CREATE INDEX processes_calendar ON processes (ended, calendar);
CREATE INDEX processes_project ON processes (project_id);

CREATE TABLE process_readers (
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  unit_id TEXT NOT NULL CHECK (length(unit_id) <= 64),
  is_copy BOOLEAN NOT NULL,
  PRIMARY KEY (stream, unit_id)
);
CREATE INDEX process_readers_unit ON process_readers (unit_id, is_copy, stream);

CREATE TABLE reviews (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  project_id TEXT NOT NULL CHECK (length(project_id) <= 64),
  active_project TEXT NULL CHECK (length(active_project) <= 64),
  project_name TEXT NOT NULL CHECK (length(project_name) <= 200),
  search TEXT NOT NULL CHECK (length(search) <= 200),
  county_id TEXT NOT NULL CHECK (length(county_id) <= 64),
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  outcome TEXT NOT NULL CHECK (length(outcome) <= 20),
  started_by TEXT NOT NULL CHECK (length(started_by) <= 64),
  started_user TEXT NOT NULL CHECK (length(started_user) <= 64),
  started_unit TEXT NOT NULL CHECK (length(started_unit) <= 64),
  started_at DATETIME NOT NULL,
  due DATETIME NULL,
  provisional BOOLEAN NOT NULL,
  light TEXT NOT NULL CHECK (length(light) <= 10),
  ended_at DATETIME NULL,
  seats INTEGER NOT NULL,
  opined INTEGER NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT reviews_active_project UNIQUE (active_project)
);
CREATE INDEX reviews_started ON reviews (started_at, id);
CREATE INDEX reviews_started_user ON reviews (started_user, started_at, id);
CREATE INDEX reviews_stream ON reviews (stream);
CREATE INDEX reviews_project ON reviews (project_id);

-- open_key is the task's key while it is open and NULL afterwards, so that a
-- process has each task open once and may have done it any number of times.
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  open_key TEXT NULL CHECK (length(open_key) <= 200),
  kind TEXT NOT NULL CHECK (length(kind) <= 20),
  process_id TEXT NOT NULL CHECK (length(process_id) <= 64),
  project_id TEXT NOT NULL CHECK (length(project_id) <= 64),
  action TEXT NOT NULL CHECK (length(action) <= 40),
  title TEXT NOT NULL CHECK (length(title) <= 200),
  subject TEXT NOT NULL CHECK (length(subject) <= 300),
  unit_id TEXT NOT NULL CHECK (length(unit_id) <= 64),
  roles TEXT NOT NULL CHECK (length(roles) <= 300),
  opened_at DATETIME NOT NULL,
  due DATETIME NULL,
  provisional BOOLEAN NOT NULL,
  light TEXT NOT NULL CHECK (length(light) <= 10),
  urgency INTEGER NOT NULL,
  reminded BOOLEAN NOT NULL,
  done BOOLEAN NOT NULL,
  done_at DATETIME NULL,
  done_by TEXT NOT NULL CHECK (length(done_by) <= 64),
  CONSTRAINT tasks_open UNIQUE (stream, open_key)
);
CREATE INDEX tasks_todo ON tasks (unit_id, done, urgency, due, opened_at, id);
CREATE INDEX tasks_done ON tasks (unit_id, done, done_at, id);

CREATE TABLE counters (
  name TEXT NOT NULL CHECK (length(name) <= 64),
  value INTEGER NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE notices (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL CHECK (length(id) <= 100),
  year INTEGER NOT NULL,
  title TEXT NOT NULL CHECK (length(title) <= 300),
  url TEXT NOT NULL CHECK (length(url) <= 1000),
  issued TEXT NOT NULL CHECK (length(issued) <= 10),
  days TEXT NOT NULL,
  recorded_by TEXT NOT NULL CHECK (length(recorded_by) <= 64),
  recorded_at DATETIME NOT NULL,
  CONSTRAINT notices_id UNIQUE (id)
);

CREATE TABLE replies (
  user_id TEXT NOT NULL CHECK (length(user_id) <= 64),
  request_key TEXT NOT NULL CHECK (length(request_key) <= 200),
  request TEXT NOT NULL CHECK (length(request) <= 64),
  body TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (user_id, request_key)
);

CREATE TABLE targets (
  year INTEGER NOT NULL,
  indicator TEXT NOT NULL CHECK (length(indicator) <= 100),
  value TEXT NOT NULL CHECK (length(value) <= 100),
  PRIMARY KEY (year, indicator)
);
