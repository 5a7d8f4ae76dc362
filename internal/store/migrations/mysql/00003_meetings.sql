-- +goose Up
-- Panel meetings (研判会) as lists show them.
CREATE TABLE meetings (
  id           VARCHAR(64)  NOT NULL,
  stream       VARCHAR(100) NOT NULL,
  title        VARCHAR(100) NOT NULL,
  search       VARCHAR(100) NOT NULL,
  at           DATETIME(6)  NOT NULL,
  place        VARCHAR(100) NOT NULL,
  stage        VARCHAR(20)  NOT NULL,
  chair        VARCHAR(64)  NOT NULL,
  convened_by  VARCHAR(64)  NOT NULL,
  started_user VARCHAR(64)  NOT NULL,
  convened_at  DATETIME(6)  NOT NULL,
  secret       BOOLEAN      NOT NULL,
  members      INT          NOT NULL,
  present      INT          NOT NULL,
  items        INT          NOT NULL,
  decided      INT          NOT NULL,
  light        VARCHAR(10)  NOT NULL,
  ended_at     DATETIME(6)  NULL,
  PRIMARY KEY (id),
  KEY meetings_at (at, id),
  KEY meetings_started_user (started_user, at, id),
  KEY meetings_stream (stream)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
