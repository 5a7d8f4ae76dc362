-- +goose Up
-- Bulletins (月通报) as lists show them, targets in all their versions, and the index
-- that lets a bulletin find the funds of two years.
CREATE TABLE bulletins (
  id           VARCHAR(64)  NOT NULL,
  year         INT          NOT NULL,
  month        INT          NOT NULL,
  cutoff       CHAR(10)     NOT NULL,
  amends       VARCHAR(64)  NOT NULL,
  title        VARCHAR(100) NOT NULL,
  stage        VARCHAR(20)  NOT NULL,
  number       VARCHAR(64)  NOT NULL,
  known_at     DATETIME(6)  NOT NULL,
  automatic    BOOLEAN      NOT NULL,
  due_at       DATETIME(6)  NULL,
  opened_at    DATETIME(6)  NOT NULL,
  published_at DATETIME(6)  NULL,
  digest       VARCHAR(64)  NOT NULL,
  headline     TEXT         NOT NULL,
  PRIMARY KEY (id),
  KEY bulletins_month (year, month, opened_at, id),
  KEY bulletins_published (published_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE bulletin_schedule (
  name  VARCHAR(20) NOT NULL,
  month VARCHAR(7)  NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE target_versions (
  id          BIGINT       NOT NULL AUTO_INCREMENT,
  year        INT          NOT NULL,
  unit_id     VARCHAR(64)  NOT NULL,
  indicator   VARCHAR(100) NOT NULL,
  value       VARCHAR(100) NOT NULL,
  recorded_at DATETIME(6)  NOT NULL,
  recorded_by VARCHAR(64)  NOT NULL,
  source      VARCHAR(200) NOT NULL,
  PRIMARY KEY (id),
  KEY target_versions_year (year, recorded_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What was set before versions were kept was known from the start.
INSERT INTO target_versions (year, unit_id, indicator, value, recorded_at, recorded_by, source)
SELECT year, '', CASE WHEN indicator = 'landed_above_scale' THEN 'landed_count' ELSE indicator END, value,
  '1970-01-01 00:00:00', '初始数据', '' FROM targets ORDER BY year, indicator;
DROP TABLE targets;

CREATE INDEX project_funds_arrived ON project_funds (arrived_on, project_id, amount);
