-- +goose Up
-- Every table states its collation: utf8mb4_bin compares by code point, as SQLite
-- does, so that ids and logins which differ by case only are different. JSON is
-- LONGTEXT: the hash chain needs the very bytes that were written. Times are UTC,
-- dates are civil dates in Shanghai as 2006-01-02, money is in 分 (0.01 CNY).

CREATE TABLE units (
  id         VARCHAR(64)  NOT NULL,
  position   INT          NOT NULL,
  name       VARCHAR(100) NOT NULL,
  short_name VARCHAR(50)  NOT NULL,
  kind       VARCHAR(20)  NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE users (
  id            VARCHAR(64)  NOT NULL,
  login         VARCHAR(64)  NOT NULL,
  name          VARCHAR(64)  NOT NULL,
  unit_id       VARCHAR(64)  NOT NULL,
  roles         VARCHAR(300) NOT NULL,
  disabled      BOOLEAN      NOT NULL,
  password_hash VARCHAR(300) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY users_login (login),
  CONSTRAINT users_unit FOREIGN KEY (unit_id) REFERENCES units (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- id is the SHA-256 of the session's token: the token itself is with the client alone.
CREATE TABLE sessions (
  id              VARCHAR(64) NOT NULL,
  user_id         VARCHAR(64) NOT NULL,
  created_at      DATETIME(6) NOT NULL,
  expires_at      DATETIME(6) NOT NULL,
  idle_expires_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY sessions_expires (expires_at),
  KEY sessions_idle (idle_expires_at),
  CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE projects (
  id               VARCHAR(64)   NOT NULL,
  code             VARCHAR(64)   NOT NULL,
  name             VARCHAR(200)  NOT NULL,
  investor         VARCHAR(200)  NOT NULL,
  investor_kind    VARCHAR(20)   NOT NULL,
  county_id        VARCHAR(64)   NOT NULL,
  industry_tier    VARCHAR(20)   NOT NULL,
  industry         VARCHAR(100)  NOT NULL,
  chain            VARCHAR(100)  NOT NULL,
  agreed_amount    BIGINT        NOT NULL,
  framework        BOOLEAN       NOT NULL,
  above_scale      BOOLEAN       NOT NULL,
  land_area        VARCHAR(40)   NOT NULL,
  energy_use       VARCHAR(40)   NOT NULL,
  chemicals        BOOLEAN       NOT NULL,
  team             VARCHAR(100)  NOT NULL,
  ambassador       VARCHAR(100)  NOT NULL,
  event            VARCHAR(200)  NOT NULL,
  verification     VARCHAR(20)   NOT NULL,
  contact_name     VARCHAR(64)   NOT NULL,
  contact_phone    VARCHAR(40)   NOT NULL,
  stage            VARCHAR(20)   NOT NULL,
  signed_on        CHAR(10)      NULL,
  landed_on        CHAR(10)      NULL,
  started_on       CHAR(10)      NULL,
  in_statistics_on CHAR(10)      NULL,
  in_production_on CHAR(10)      NULL,
  illustrative     BOOLEAN       NOT NULL,
  remark           VARCHAR(2000) NOT NULL,
  version          BIGINT        NOT NULL,
  created_at       DATETIME(6)   NOT NULL,
  updated_at       DATETIME(6)   NOT NULL,
  created_by       LONGTEXT      NOT NULL,
  created_user     VARCHAR(64)   NOT NULL,
  search           VARCHAR(500)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY projects_code (code),
  KEY projects_signed (signed_on, id),
  KEY projects_amount (agreed_amount, id),
  KEY projects_name (name, id),
  KEY projects_updated (updated_at, id),
  KEY projects_county (county_id),
  KEY projects_created_user (created_user)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE project_funds (
  project_id VARCHAR(64) NOT NULL,
  position   INT         NOT NULL,
  arrived_on CHAR(10)    NOT NULL,
  amount     BIGINT      NOT NULL,
  PRIMARY KEY (project_id, position),
  CONSTRAINT project_funds_project FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE events (
  id         BIGINT       NOT NULL AUTO_INCREMENT,
  stream     VARCHAR(100) NOT NULL,
  seq        BIGINT       NOT NULL,
  type       VARCHAR(100) NOT NULL,
  data       LONGTEXT     NOT NULL,
  at         DATETIME(6)  NOT NULL,
  actor      LONGTEXT     NOT NULL,
  command_id VARCHAR(300) NOT NULL,
  project_id VARCHAR(64)  NOT NULL,
  prev_hash  VARCHAR(64)  NOT NULL,
  hash       VARCHAR(64)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY events_stream_seq (stream, seq),
  KEY events_project (project_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE commands (
  stream    VARCHAR(100) NOT NULL,
  id        VARCHAR(300) NOT NULL,
  request   VARCHAR(64)  NOT NULL,
  first_seq BIGINT       NOT NULL,
  last_seq  BIGINT       NOT NULL,
  stage     VARCHAR(40)  NOT NULL,
  PRIMARY KEY (stream, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE processes (
  stream       VARCHAR(100) NOT NULL,
  kind         VARCHAR(20)  NOT NULL,
  process_id   VARCHAR(64)  NOT NULL,
  project_id   VARCHAR(64)  NOT NULL,
  started_user VARCHAR(64)  NOT NULL,
  head         BIGINT       NOT NULL,
  confirmed    BIGINT       NOT NULL,
  behind       BOOLEAN      GENERATED ALWAYS AS (confirmed < head) STORED,
  last_at      DATETIME(6)  NOT NULL,
  ended        BOOLEAN      NOT NULL,
  calendar     VARCHAR(64)  NOT NULL,
  state        LONGTEXT     NOT NULL,
  PRIMARY KEY (stream),
  KEY processes_behind (behind, last_at, stream),
  KEY processes_calendar (ended, calendar),
  KEY processes_project (project_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE process_readers (
  stream  VARCHAR(100) NOT NULL,
  unit_id VARCHAR(64)  NOT NULL,
  is_copy BOOLEAN      NOT NULL,
  PRIMARY KEY (stream, unit_id),
  KEY process_readers_unit (unit_id, is_copy, stream)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE reviews (
  id             VARCHAR(64)  NOT NULL,
  stream         VARCHAR(100) NOT NULL,
  project_id     VARCHAR(64)  NOT NULL,
  active_project VARCHAR(64)  NULL,
  project_name   VARCHAR(200) NOT NULL,
  search         VARCHAR(200) NOT NULL,
  county_id      VARCHAR(64)  NOT NULL,
  stage          VARCHAR(20)  NOT NULL,
  outcome        VARCHAR(20)  NOT NULL,
  started_by     VARCHAR(64)  NOT NULL,
  started_user   VARCHAR(64)  NOT NULL,
  started_unit   VARCHAR(64)  NOT NULL,
  started_at     DATETIME(6)  NOT NULL,
  due            DATETIME(6)  NULL,
  provisional    BOOLEAN      NOT NULL,
  light          VARCHAR(10)  NOT NULL,
  ended_at       DATETIME(6)  NULL,
  seats          INT          NOT NULL,
  opined         INT          NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY reviews_active_project (active_project),
  KEY reviews_started (started_at, id),
  KEY reviews_started_user (started_user, started_at, id),
  KEY reviews_stream (stream),
  KEY reviews_project (project_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- open_key is the task's key while it is open and NULL afterwards, so that a
-- process has each task open once and may have done it any number of times.
CREATE TABLE tasks (
  id          BIGINT       NOT NULL AUTO_INCREMENT,
  stream      VARCHAR(100) NOT NULL,
  open_key    VARCHAR(200) NULL,
  kind        VARCHAR(20)  NOT NULL,
  process_id  VARCHAR(64)  NOT NULL,
  project_id  VARCHAR(64)  NOT NULL,
  action      VARCHAR(40)  NOT NULL,
  title       VARCHAR(200) NOT NULL,
  subject     VARCHAR(300) NOT NULL,
  unit_id     VARCHAR(64)  NOT NULL,
  roles       VARCHAR(300) NOT NULL,
  opened_at   DATETIME(6)  NOT NULL,
  due         DATETIME(6)  NULL,
  provisional BOOLEAN      NOT NULL,
  light       VARCHAR(10)  NOT NULL,
  urgency     INT          NOT NULL,
  reminded    BOOLEAN      NOT NULL,
  done        BOOLEAN      NOT NULL,
  done_at     DATETIME(6)  NULL,
  done_by     VARCHAR(64)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY tasks_open (stream, open_key),
  KEY tasks_todo (unit_id, done, urgency, due, opened_at, id),
  KEY tasks_done (unit_id, done, done_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE counters (
  name  VARCHAR(64) NOT NULL,
  value BIGINT      NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE notices (
  position    BIGINT        NOT NULL AUTO_INCREMENT,
  id          VARCHAR(100)  NOT NULL,
  year        INT           NOT NULL,
  title       VARCHAR(300)  NOT NULL,
  url         VARCHAR(1000) NOT NULL,
  issued      CHAR(10)      NOT NULL,
  days        LONGTEXT      NOT NULL,
  recorded_by VARCHAR(64)   NOT NULL,
  recorded_at DATETIME(6)   NOT NULL,
  PRIMARY KEY (position),
  UNIQUE KEY notices_id (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE replies (
  user_id     VARCHAR(64)  NOT NULL,
  request_key VARCHAR(200) NOT NULL,
  request     VARCHAR(64)  NOT NULL,
  body        LONGTEXT     NOT NULL,
  at          DATETIME(6)  NOT NULL,
  PRIMARY KEY (user_id, request_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE targets (
  year      INT          NOT NULL,
  indicator VARCHAR(100) NOT NULL,
  value     VARCHAR(100) NOT NULL,
  PRIMARY KEY (year, indicator)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
