-- +goose Up
-- Rule books that years may choose from; their texts lie under their digests.
CREATE TABLE rulebooks (
  id             VARCHAR(64)  NOT NULL,
  title          VARCHAR(200) NOT NULL,
  version        VARCHAR(100) NOT NULL,
  number         VARCHAR(100) NOT NULL,
  issuer         VARCHAR(200) NOT NULL,
  digest         VARCHAR(64)  NOT NULL,
  size           BIGINT       NOT NULL,
  effective_from VARCHAR(10)  NOT NULL,
  effective_to   VARCHAR(10)  NOT NULL,
  illustrative   BOOLEAN      NOT NULL,
  indicators     BIGINT       NOT NULL,
  cases          BIGINT       NOT NULL,
  stage          VARCHAR(20)  NOT NULL,
  uploaded_at    DATETIME(6)  NOT NULL,
  uploaded_by    VARCHAR(200) NOT NULL,
  uploader       VARCHAR(64)  NOT NULL,
  published_at   DATETIME(6)  NULL,
  published_by   VARCHAR(200) NOT NULL,
  reason         TEXT         NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY rulebooks_digest (digest),
  UNIQUE KEY rulebooks_version (title, version),
  KEY rulebooks_latest (uploaded_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
