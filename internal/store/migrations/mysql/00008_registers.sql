-- +goose Up
-- Registers around the project: each entry as it is now, the names it goes by, and every
-- version that it ever had.
CREATE TABLE register_entries (
  kind    VARCHAR(20)  NOT NULL,
  id      VARCHAR(64)  NOT NULL,
  version BIGINT       NOT NULL,
  name    VARCHAR(100) NOT NULL,
  unit_id VARCHAR(64)  NOT NULL,
  starts  VARCHAR(10)  NOT NULL,
  ends    VARCHAR(10)  NOT NULL,
  closed  BOOLEAN      NOT NULL,
  search  LONGTEXT     NOT NULL,
  PRIMARY KEY (kind, id),
  KEY register_entries_name (kind, name, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE register_names (
  kind VARCHAR(20)  NOT NULL,
  name VARCHAR(100) NOT NULL,
  id   VARCHAR(64)  NOT NULL,
  PRIMARY KEY (kind, name),
  KEY register_names_entry (kind, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE register_versions (
  kind        VARCHAR(20) NOT NULL,
  id          VARCHAR(64) NOT NULL,
  version     BIGINT      NOT NULL,
  recorded_at DATETIME(6) NOT NULL,
  body        LONGTEXT    NOT NULL,
  PRIMARY KEY (kind, id, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
