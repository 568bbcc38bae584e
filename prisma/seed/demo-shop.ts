import pg from "pg";

/** Database and role of the demo's shop; the role owns that database and nothing else. */
const NAME = "demo_shop";

const SHOP = `
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  country text NOT NULL
);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  total_cents integer NOT NULL CHECK (total_cents >= 0),
  status text NOT NULL,
  placed_at timestamptz NOT NULL
);
INSERT INTO customers (name, email, country)
  SELECT 'Customer ' || n, 'customer-' || n || '@shop.example', (ARRAY['DE', 'FR', 'NL', 'PL', 'SE'])[1 + n % 5]
  FROM generate_series(1, 200) AS n;
INSERT INTO orders (customer_id, total_cents, status, placed_at)
  SELECT 1 + n * 7 % 200, 500 + n * 137 % 40000, (ARRAY['open', 'paid', 'shipped', 'shipped'])[1 + n % 4],
    now() - make_interval(hours => n)
  FROM generate_series(1, 1000) AS n;
CREATE INDEX orders_customer_id ON orders (customer_id);`;

/**
 * A small shop in a database and under a role of its own, on the server of `adminUrl`, for `database.sql` tasks to be
 * tried on. What is there already stays as people have changed it. Answers its address.
 */
export async function ensureDemoShop(adminUrl: string, password: string): Promise<string> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const isThere = async (table: string, column: string) =>
      (await admin.query(`SELECT 1 FROM ${table} WHERE ${column} = $1`, [NAME])).rowCount === 1;
    const verb = (await isThere("pg_roles", "rolname")) ? "ALTER" : "CREATE";
    await admin.query(`${verb} ROLE ${NAME} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
    const isNew = !(await isThere("pg_database", "datname"));
    if (isNew) await admin.query(`CREATE DATABASE ${NAME} OWNER ${NAME}`);
    const url = new URL(adminUrl);
    url.username = NAME;
    url.password = password;
    url.pathname = `/${NAME}`;
    if (isNew) await fill(url.href);
    return url.href;
  } finally {
    await admin.end();
  }
}

async function fill(url: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    await owner.query(SHOP);
  } finally {
    await owner.end();
  }
}
