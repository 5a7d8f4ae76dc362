-- +goose Up
-- Liaison lists (包联清单) as lists show them.
CREATE TABLE batches (
  id           VARCHAR(64)  NOT NULL,
  stream       VARCHAR(100) NOT NULL,
  year         INT          NOT NULL,
  batch        INT          NOT NULL,
  title        VARCHAR(100) NOT NULL,
  name         VARCHAR(100) NOT NULL,
  stage        VARCHAR(20)  NOT NULL,
  count        INT          NOT NULL,
  started      INT          NOT NULL,
  created_by   VARCHAR(64)  NOT NULL,
  created_at   DATETIME(6)  NOT NULL,
  published_at DATETIME(6)  NULL,
  illustrative BOOLEAN      NOT NULL,
  PRIMARY KEY (id),
  KEY batches_created (created_at, id),
  KEY batches_stream (stream)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
