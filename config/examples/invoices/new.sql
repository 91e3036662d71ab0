-- The new table.
CREATE TABLE public.instalments (
  invoice text NOT NULL,
  n integer NOT NULL,
  due date NOT NULL,
  amount numeric(12,2) NOT NULL,
  PRIMARY KEY (invoice, n)
);
