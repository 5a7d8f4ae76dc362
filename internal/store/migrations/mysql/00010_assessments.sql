-- +goose Up
-- Assessment years and self-reports as lists show them, and which projects counted in
-- what was computed.
CREATE TABLE assessments (
  id VARCHAR(64) NOT NULL,
  stream VARCHAR(128) NOT NULL,
  year BIGINT NOT NULL,
  title VARCHAR(100) NOT NULL,
  stage VARCHAR(20) NOT NULL,
  book VARCHAR(400) NOT NULL,
  units BIGINT NOT NULL,
  appeals BIGINT NOT NULL,
  due DATETIME(6) NULL,
  light VARCHAR(10) NOT NULL,
  opened_at DATETIME(6) NOT NULL,
  locked_at DATETIME(6) NULL,
  hash VARCHAR(64) NOT NULL,
  illustrative BOOLEAN NOT NULL,
  PRIMARY KEY (id),
  KEY assessments_year (year, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE self_reports (
  id VARCHAR(128) NOT NULL,
  stream VARCHAR(160) NOT NULL,
  year VARCHAR(64) NOT NULL,
  unit_id VARCHAR(64) NOT NULL,
  unit_name VARCHAR(100) NOT NULL,
  group_name VARCHAR(100) NOT NULL,
  stage VARCHAR(20) NOT NULL,
  items BIGINT NOT NULL,
  filled BIGINT NOT NULL,
  decided BIGINT NOT NULL,
  differs BIGINT NOT NULL,
  frauds BIGINT NOT NULL,
  late BOOLEAN NOT NULL,
  automatic BOOLEAN NOT NULL,
  asking BOOLEAN NOT NULL,
  light VARCHAR(10) NOT NULL,
  due DATETIME(6) NULL,
  submitted_at DATETIME(6) NULL,
  verified_at DATETIME(6) NULL,
  PRIMARY KEY (id),
  KEY self_reports_year (year, unit_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE assessment_touches (
  output VARCHAR(64) NOT NULL,
  project VARCHAR(64) NOT NULL,
  places MEDIUMBLOB NOT NULL,
  PRIMARY KEY (project, output),
  KEY assessment_touches_output (output)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
