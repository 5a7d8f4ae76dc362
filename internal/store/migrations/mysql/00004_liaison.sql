-- +goose Up
-- Liaisons (包联) as lists show them, what each owes and stood under, and which of them
-- carries a project.
CREATE TABLE liaisons (
  id              VARCHAR(64)  NOT NULL,
  stream          VARCHAR(100) NOT NULL,
  list_id         VARCHAR(64)  NOT NULL,
  year            INT          NOT NULL,
  batch           INT          NOT NULL,
  project_id      VARCHAR(64)  NOT NULL,
  project_name    VARCHAR(200) NOT NULL,
  county_id       VARCHAR(64)  NOT NULL,
  department_id   VARCHAR(64)  NOT NULL,
  department_name VARCHAR(100) NOT NULL,
  cadre_id        VARCHAR(64)  NOT NULL,
  cadre_name      VARCHAR(64)  NOT NULL,
  team            VARCHAR(100) NOT NULL,
  search          VARCHAR(300) NOT NULL,
  role            VARCHAR(20)  NOT NULL,
  stage           VARCHAR(20)  NOT NULL,
  urgency         INT          NOT NULL,
  light           VARCHAR(10)  NOT NULL,
  light_rule      VARCHAR(300) NOT NULL,
  light_since     DATETIME(6)  NOT NULL,
  next_milestone  VARCHAR(100) NOT NULL,
  next_due        DATETIME(6)  NULL,
  open_problems   INT          NOT NULL,
  assigned_at     DATETIME(6)  NOT NULL,
  ended_at        DATETIME(6)  NULL,
  illustrative    BOOLEAN      NOT NULL,
  PRIMARY KEY (id),
  KEY liaisons_urgency (urgency, next_due, id),
  KEY liaisons_stream (stream),
  KEY liaisons_department (department_id, urgency, next_due, id),
  KEY liaisons_project (project_id),
  KEY liaisons_list (list_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE liaison_items (
  liaison_id    VARCHAR(64)  NOT NULL,
  kind          VARCHAR(20)  NOT NULL,
  item_key      VARCHAR(100) NOT NULL,
  department_id VARCHAR(64)  NOT NULL,
  title         VARCHAR(300) NOT NULL,
  level         VARCHAR(20)  NOT NULL,
  opened_at     DATETIME(6)  NOT NULL,
  due           DATETIME(6)  NULL,
  done_at       DATETIME(6)  NULL,
  status        VARCHAR(10)  NOT NULL,
  PRIMARY KEY (liaison_id, kind, item_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE liaison_slots (
  project_id VARCHAR(64) NOT NULL,
  role       VARCHAR(20) NOT NULL,
  liaison_id VARCHAR(64) NOT NULL,
  PRIMARY KEY (project_id, role),
  KEY liaison_slots_liaison (liaison_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
