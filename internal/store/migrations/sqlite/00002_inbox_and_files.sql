-- +goose Up
-- Inboxes that cost the same whatever the past holds. A task's audience is who it is
-- shown to: its roles and unit, or one person alone; sort_key is its place in the
-- queue, as text that sorts. A page is then a short walk along one index a role set.
ALTER TABLE tasks ADD COLUMN user_id TEXT NOT NULL DEFAULT '' CHECK (length(user_id) <= 64);
ALTER TABLE tasks ADD COLUMN urged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN audience TEXT NOT NULL DEFAULT '' CHECK (length(audience) <= 400);
ALTER TABLE tasks ADD COLUMN sort_key TEXT NOT NULL DEFAULT '' CHECK (length(sort_key) <= 50);
UPDATE tasks SET audience = roles || ' ' || unit_id, sort_key = urgency ||
  COALESCE(strftime('%Y%m%d%H%M%S', due) || '.000000', '99999999999999.999999') || strftime('%Y%m%d%H%M%S', opened_at) || '.000000';
DROP INDEX tasks_todo;
DROP INDEX tasks_done;
-- Kind and action come last, so that a filter by them is answered by the index alone.
CREATE INDEX tasks_queue ON tasks (audience, done, sort_key, id, kind, action);
CREATE INDEX tasks_finished ON tasks (audience, done, done_at, id, kind, action);

-- Every set of roles that a task was ever for; a dozen or two.
CREATE TABLE role_sets (
  roles TEXT NOT NULL CHECK (length(roles) <= 300),
  PRIMARY KEY (roles)
);
INSERT INTO role_sets (roles) SELECT DISTINCT roles FROM tasks;

-- What the boxes "started" and "cc" show of a process, whatever its kind.
ALTER TABLE processes ADD COLUMN title TEXT NOT NULL DEFAULT '' CHECK (length(title) <= 300);
ALTER TABLE processes ADD COLUMN stage TEXT NOT NULL DEFAULT '' CHECK (length(stage) <= 40);
ALTER TABLE processes ADD COLUMN started_unit TEXT NOT NULL DEFAULT '' CHECK (length(started_unit) <= 64);
ALTER TABLE processes ADD COLUMN started_at DATETIME NOT NULL DEFAULT '1970-01-01 00:00:00+00:00';
ALTER TABLE processes ADD COLUMN due DATETIME NULL;
ALTER TABLE processes ADD COLUMN provisional BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE processes ADD COLUMN light TEXT NOT NULL DEFAULT 'green' CHECK (length(light) <= 10);
ALTER TABLE processes ADD COLUMN ended_at DATETIME NULL;
UPDATE processes SET
  title = COALESCE((SELECT '研判 ' || r.project_name FROM reviews r WHERE r.stream = processes.stream), ''),
  stage = COALESCE((SELECT r.stage FROM reviews r WHERE r.stream = processes.stream), ''),
  started_unit = COALESCE((SELECT r.started_unit FROM reviews r WHERE r.stream = processes.stream), ''),
  started_at = COALESCE((SELECT r.started_at FROM reviews r WHERE r.stream = processes.stream), last_at),
  due = (SELECT r.due FROM reviews r WHERE r.stream = processes.stream),
  provisional = COALESCE((SELECT r.provisional FROM reviews r WHERE r.stream = processes.stream), FALSE),
  light = COALESCE((SELECT r.light FROM reviews r WHERE r.stream = processes.stream), 'green'),
  ended_at = (SELECT r.ended_at FROM reviews r WHERE r.stream = processes.stream);
CREATE INDEX processes_started ON processes (started_user, started_at, stream);

ALTER TABLE process_readers ADD COLUMN at DATETIME NOT NULL DEFAULT '1970-01-01 00:00:00+00:00';
UPDATE process_readers SET at = COALESCE((SELECT p.started_at FROM processes p WHERE p.stream = process_readers.stream), at);
CREATE INDEX process_readers_copies ON process_readers (unit_id, is_copy, at, stream);

-- Who has read what (已阅). A person's rows lie together: that's how they are looked up.
CREATE TABLE process_reads (
  user_id TEXT NOT NULL CHECK (length(user_id) <= 64),
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  at DATETIME NOT NULL,
  PRIMARY KEY (user_id, stream)
);

CREATE TABLE proxies (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  principal TEXT NOT NULL CHECK (length(principal) <= 64),
  proxy TEXT NOT NULL CHECK (length(proxy) <= 64),
  from_day TEXT NOT NULL CHECK (length(from_day) <= 10),
  to_day TEXT NOT NULL CHECK (length(to_day) <= 10),
  reason TEXT NOT NULL CHECK (length(reason) <= 300),
  created_at DATETIME NOT NULL,
  created_by TEXT NOT NULL CHECK (length(created_by) <= 64),
  revoked_at DATETIME NULL,
  revoked_by TEXT NOT NULL CHECK (length(revoked_by) <= 64),
  PRIMARY KEY (id),
  CONSTRAINT proxies_principal_user FOREIGN KEY (principal) REFERENCES users (id),
  CONSTRAINT proxies_proxy_user FOREIGN KEY (proxy) REFERENCES users (id)
);
CREATE INDEX proxies_principal ON proxies (principal, to_day);
CREATE INDEX proxies_proxy ON proxies (proxy, to_day);

CREATE TABLE drafts (
  user_id TEXT NOT NULL CHECK (length(user_id) <= 64),
  form TEXT NOT NULL CHECK (length(form) <= 40),
  subject TEXT NOT NULL CHECK (length(subject) <= 64),
  body TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (user_id, form, subject)
);
CREATE INDEX drafts_at ON drafts (at);

-- The file itself is found by its SHA-256; many attachments may be one file. used
-- says that some process has it, so that the sweep needn't look for those it hasn't.
CREATE TABLE attachments (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  name TEXT NOT NULL CHECK (length(name) <= 200),
  media TEXT NOT NULL CHECK (length(media) <= 100),
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) <= 64),
  uploaded_by TEXT NOT NULL CHECK (length(uploaded_by) <= 64),
  unit TEXT NOT NULL CHECK (length(unit) <= 64),
  at DATETIME NOT NULL,
  used BOOLEAN NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX attachments_sha256 ON attachments (sha256);
CREATE INDEX attachments_unused ON attachments (used, at);

CREATE TABLE attachment_uses (
  attachment TEXT NOT NULL CHECK (length(attachment) <= 64),
  stream TEXT NOT NULL CHECK (length(stream) <= 100),
  PRIMARY KEY (attachment, stream),
  CONSTRAINT attachment_uses_attachment FOREIGN KEY (attachment) REFERENCES attachments (id)
);
CREATE INDEX attachment_uses_stream ON attachment_uses (stream);

CREATE INDEX replies_at ON replies (at);
CREATE INDEX users_unit_name ON users (unit_id, name, id);
