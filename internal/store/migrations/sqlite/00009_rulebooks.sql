-- +goose Up
-- Rule books that years may choose from; their texts lie under their digests. The same
-- table as for MySQL.
CREATE TABLE rulebooks (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  title TEXT NOT NULL CHECK (length(title) <= 200),
  version TEXT NOT NULL CHECK (length(version) <= 100),
  number TEXT NOT NULL CHECK (length(number) <= 100),
  issuer TEXT NOT NULL CHECK (length(issuer) <= 200),
  digest TEXT NOT NULL CHECK (length(digest) <= 64),
  size INTEGER NOT NULL,
  effective_from TEXT NOT NULL CHECK (length(effective_from) <= 10),
  effective_to TEXT NOT NULL CHECK (length(effective_to) <= 10),
  illustrative BOOLEAN NOT NULL,
  indicators INTEGER NOT NULL,
  cases INTEGER NOT NULL,
  stage TEXT NOT NULL CHECK (length(stage) <= 20),
  uploaded_at DATETIME NOT NULL,
  uploaded_by TEXT NOT NULL CHECK (length(uploaded_by) <= 200),
  uploader TEXT NOT NULL CHECK (length(uploader) <= 64),
  published_at DATETIME NULL,
  published_by TEXT NOT NULL CHECK (length(published_by) <= 200),
  reason TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX rulebooks_digest ON rulebooks (digest);
CREATE UNIQUE INDEX rulebooks_version ON rulebooks (title, version);
CREATE INDEX rulebooks_latest ON rulebooks (uploaded_at, id);
