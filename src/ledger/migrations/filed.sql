-- A file is found by its reference: the documents filed in it, and by them its box.
CREATE INDEX document_file ON document (tenant, json_extract(pages, '$.filed.file'))
  WHERE json_extract(pages, '$.filed.file') IS NOT NULL;
