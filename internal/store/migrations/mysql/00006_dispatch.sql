-- +goose Up
-- Weekly dispatch sheets (周调度单) as lists show them, and the week that their schedule
-- began with.
CREATE TABLE dispatches (
  id           VARCHAR(64)  NOT NULL,
  stream       VARCHAR(100) NOT NULL,
  title        VARCHAR(100) NOT NULL,
  year         INT          NOT NULL,
  covers_from  DATETIME(6)  NOT NULL,
  covers_until DATETIME(6)  NOT NULL,
  due_at       DATETIME(6)  NOT NULL,
  opened_at    DATETIME(6)  NOT NULL,
  belated      BOOLEAN      NOT NULL,
  automatic    BOOLEAN      NOT NULL,
  opened_by    VARCHAR(64)  NOT NULL,
  opened_user  VARCHAR(64)  NOT NULL,
  stage        VARCHAR(20)  NOT NULL,
  issued_at    DATETIME(6)  NULL,
  closed_at    DATETIME(6)  NULL,
  due          DATETIME(6)  NULL,
  light        VARCHAR(10)  NOT NULL,
  instructions INT          NOT NULL,
  running      INT          NOT NULL,
  answered     INT          NOT NULL,
  digest       VARCHAR(64)  NOT NULL,
  liaisons     INT          NOT NULL,
  yellow       INT          NOT NULL,
  red          INT          NOT NULL,
  PRIMARY KEY (id),
  KEY dispatches_until (covers_until, id),
  KEY dispatches_stage (stage, covers_until, id),
  KEY dispatches_stream (stream)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE dispatch_schedule (
  name VARCHAR(20) NOT NULL,
  week VARCHAR(10) NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
