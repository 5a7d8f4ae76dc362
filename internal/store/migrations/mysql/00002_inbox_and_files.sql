-- +goose Up
-- Inboxes that cost the same whatever the past holds. A task's audience is who it is
-- shown to: its roles and unit, or one person alone; sort_key is its place in the
-- queue, as text that sorts. A page is then a short walk along one index a role set.
ALTER TABLE tasks ADD COLUMN user_id VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN urged INT NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN audience VARCHAR(400) NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN sort_key VARCHAR(50) NOT NULL DEFAULT '';
UPDATE tasks SET audience = CONCAT(roles, ' ', unit_id), sort_key = CONCAT(urgency,
  COALESCE(DATE_FORMAT(due, '%Y%m%d%H%i%s.%f'), '99999999999999.999999'), DATE_FORMAT(opened_at, '%Y%m%d%H%i%s.%f'));
DROP INDEX tasks_todo ON tasks;
DROP INDEX tasks_done ON tasks;
-- Kind and action come last, so that a filter by them is answered by the index alone.
CREATE INDEX tasks_queue ON tasks (audience, done, sort_key, id, kind, action);
CREATE INDEX tasks_finished ON tasks (audience, done, done_at, id, kind, action);

-- Every set of roles that a task was ever for; a dozen or two.
CREATE TABLE role_sets (
  roles VARCHAR(300) NOT NULL,
  PRIMARY KEY (roles)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO role_sets (roles) SELECT DISTINCT roles FROM tasks;

-- What the boxes "started" and "cc" show of a process, whatever its kind.
ALTER TABLE processes ADD COLUMN title VARCHAR(300) NOT NULL DEFAULT '';
ALTER TABLE processes ADD COLUMN stage VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE processes ADD COLUMN started_unit VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE processes ADD COLUMN started_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00';
ALTER TABLE processes ADD COLUMN due DATETIME(6) NULL;
ALTER TABLE processes ADD COLUMN provisional BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE processes ADD COLUMN light VARCHAR(10) NOT NULL DEFAULT 'green';
ALTER TABLE processes ADD COLUMN ended_at DATETIME(6) NULL;
UPDATE processes SET
  title = COALESCE((SELECT CONCAT('研判 ', r.project_name) FROM reviews r WHERE r.stream = processes.stream), ''),
  stage = COALESCE((SELECT r.stage FROM reviews r WHERE r.stream = processes.stream), ''),
  started_unit = COALESCE((SELECT r.started_unit FROM reviews r WHERE r.stream = processes.stream), ''),
  started_at = COALESCE((SELECT r.started_at FROM reviews r WHERE r.stream = processes.stream), last_at),
  due = (SELECT r.due FROM reviews r WHERE r.stream = processes.stream),
  provisional = COALESCE((SELECT r.provisional FROM reviews r WHERE r.stream = processes.stream), FALSE),
  light = COALESCE((SELECT r.light FROM reviews r WHERE r.stream = processes.stream), 'green'),
  ended_at = (SELECT r.ended_at FROM reviews r WHERE r.stream = processes.stream);
CREATE INDEX processes_started ON processes (started_user, started_at, stream);

ALTER TABLE process_readers ADD COLUMN at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00';
UPDATE process_readers SET at = COALESCE((SELECT p.started_at FROM processes p WHERE p.stream = process_readers.stream), at);
CREATE INDEX process_readers_copies ON process_readers (unit_id, is_copy, at, stream);

-- Who has read what (已阅). A person's rows lie together: that's how they are looked up.
CREATE TABLE process_reads (
  user_id VARCHAR(64)  NOT NULL,
  stream  VARCHAR(100) NOT NULL,
  at      DATETIME(6)  NOT NULL,
  PRIMARY KEY (user_id, stream)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE proxies (
  id         VARCHAR(64)  NOT NULL,
  principal  VARCHAR(64)  NOT NULL,
  proxy      VARCHAR(64)  NOT NULL,
  from_day   CHAR(10)     NOT NULL,
  to_day     CHAR(10)     NOT NULL,
  reason     VARCHAR(300) NOT NULL,
  created_at DATETIME(6)  NOT NULL,
  created_by VARCHAR(64)  NOT NULL,
  revoked_at DATETIME(6)  NULL,
  revoked_by VARCHAR(64)  NOT NULL,
  PRIMARY KEY (id),
  KEY proxies_principal (principal, to_day),
  KEY proxies_proxy (proxy, to_day),
  CONSTRAINT proxies_principal_user FOREIGN KEY (principal) REFERENCES users (id),
  CONSTRAINT proxies_proxy_user FOREIGN KEY (proxy) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE drafts (
  user_id VARCHAR(64) NOT NULL,
  form    VARCHAR(40) NOT NULL,
  subject VARCHAR(64) NOT NULL,
  body    LONGTEXT    NOT NULL,
  at      DATETIME(6) NOT NULL,
  PRIMARY KEY (user_id, form, subject),
  KEY drafts_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The file itself is found by its SHA-256; many attachments may be one file. used
-- says that some process has it, so that the sweep needn't look for those it hasn't.
CREATE TABLE attachments (
  id          VARCHAR(64)  NOT NULL,
  name        VARCHAR(200) NOT NULL,
  media       VARCHAR(100) NOT NULL,
  size        BIGINT       NOT NULL,
  sha256      VARCHAR(64)  NOT NULL,
  uploaded_by VARCHAR(64)  NOT NULL,
  unit        VARCHAR(64)  NOT NULL,
  at          DATETIME(6)  NOT NULL,
  used        BOOLEAN      NOT NULL,
  PRIMARY KEY (id),
  KEY attachments_sha256 (sha256),
  KEY attachments_unused (used, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE attachment_uses (
  attachment VARCHAR(64)  NOT NULL,
  stream     VARCHAR(100) NOT NULL,
  PRIMARY KEY (attachment, stream),
  KEY attachment_uses_stream (stream),
  CONSTRAINT attachment_uses_attachment FOREIGN KEY (attachment) REFERENCES attachments (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE INDEX replies_at ON replies (at);
CREATE INDEX users_unit_name ON users (unit_id, name, id);
