-- The old table.
CREATE TABLE public.old_invoices (
  id bigint PRIMARY KEY,
  number text NOT NULL UNIQUE,
  status text NOT NULL DEFAULT 'open',
  total numeric(12,2) NOT NULL,
  instalments integer NOT NULL,
  first_due date NOT NULL,
  note text
);
INSERT INTO public.old_invoices VALUES
  (1, '2026-001', 'open', 100.00, 3, '2026-05-04', NULL),
  (2, '2026-002', 'cancelled', 80.00, 2, '2026-05-04', 'by phone'),
  (3, '2026-003', 'open', 59.90, 1, '2026-05-09', NULL);
