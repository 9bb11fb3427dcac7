-- The same invoice by paper, mail and portal is found by its number; the index goes with the words.
CREATE INDEX document_invoice ON document_words (tenant, json_extract(words, '$.fields.invoice_number.value'))
  WHERE json_extract(words, '$.fields.invoice_number.value') IS NOT NULL;
