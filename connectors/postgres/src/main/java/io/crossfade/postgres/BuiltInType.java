package io.crossfade.postgres;

import static io.crossfade.postgres.KeyUse.AS_PRINTED;
import static io.crossfade.postgres.KeyUse.canonical;

import io.crossfade.core.table.TypeFamily;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The types that every PostgreSQL has, by their fixed oids ({@code pg_type.dat}): the one place
 * that says what may be done with each. {@code docs/types.md} is made of it.
 */
enum BuiltInType {
  BOOLEAN(16, "boolean", TypeFamily.BOOLEAN, AS_PRINTED),
  INT2(21, "smallint", TypeFamily.INT2, AS_PRINTED),
  INT4(23, "integer", TypeFamily.INT4, AS_PRINTED),
  INT8(20, "bigint", TypeFamily.INT8, AS_PRINTED),
  NUMERIC(1700, "numeric", TypeFamily.NUMERIC, canonical("1.0 and 1.00 become 1")),
  FLOAT4(700, "real", TypeFamily.FLOAT4, canonical("-0 becomes 0")),
  FLOAT8(701, "double precision", TypeFamily.FLOAT8, canonical("-0 becomes 0")),
  MONEY(790, "money", TypeFamily.OPAQUE, AS_PRINTED),
  TEXT(25, "text", TypeFamily.TEXT, AS_PRINTED),
  VARCHAR(1043, "character varying", TypeFamily.VARCHAR, AS_PRINTED),
  CHAR(1042, "character", TypeFamily.CHAR, canonical("without the blanks at its end")),
  NAME(19, "name", TypeFamily.OPAQUE, AS_PRINTED),
  SINGLE_BYTE(18, "\"char\"", TypeFamily.OPAQUE, AS_PRINTED),
  BYTEA(17, "bytea", TypeFamily.BYTES, AS_PRINTED),
  DATE(1082, "date", TypeFamily.DATE, AS_PRINTED),
  TIME(1083, "time without time zone", TypeFamily.TIME, AS_PRINTED),
  TIMETZ(1266, "time with time zone", TypeFamily.OPAQUE, AS_PRINTED),
  TIMESTAMP(1114, "timestamp without time zone", TypeFamily.TIMESTAMP, AS_PRINTED),
  TIMESTAMPTZ(1184, "timestamp with time zone", TypeFamily.TIMESTAMPTZ, AS_PRINTED),
  INTERVAL(1186, "interval", TypeFamily.INTERVAL, KeyUse.no("24:00:00 and 1 day are one key")),
  UUID(2950, "uuid", TypeFamily.UUID, AS_PRINTED),
  JSON(114, "json", TypeFamily.JSON, KeyUse.no("PostgreSQL has no equality for it")),
  JSONB(3802, "jsonb", TypeFamily.JSONB, KeyUse.no("1.0 and 1.00 in it are one key")),
  JSONPATH(4072, "jsonpath", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no equality for it")),
  XML(142, "xml", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no equality for it")),
  BIT(1560, "bit", TypeFamily.OPAQUE, AS_PRINTED),
  VARBIT(1562, "bit varying", TypeFamily.OPAQUE, AS_PRINTED),
  INET(869, "inet", TypeFamily.OPAQUE, AS_PRINTED),
  CIDR(650, "cidr", TypeFamily.OPAQUE, AS_PRINTED),
  MACADDR(829, "macaddr", TypeFamily.OPAQUE, AS_PRINTED),
  MACADDR8(774, "macaddr8", TypeFamily.OPAQUE, AS_PRINTED),
  POINT(600, "point", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  LINE(628, "line", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  LSEG(601, "lseg", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  BOX(603, "box", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  PATH(602, "path", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  POLYGON(604, "polygon", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  CIRCLE(718, "circle", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  TSVECTOR(3614, "tsvector", TypeFamily.OPAQUE, KeyUse.no("its equality was not tested")),
  TSQUERY(3615, "tsquery", TypeFamily.OPAQUE, KeyUse.no("it is compared by hashes of its words")),
  OID(26, "oid", TypeFamily.OPAQUE, AS_PRINTED),
  XID(28, "xid", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  XID8(5069, "xid8", TypeFamily.OPAQUE, AS_PRINTED),
  CID(29, "cid", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  TID(27, "tid", TypeFamily.OPAQUE, AS_PRINTED),
  PG_LSN(3220, "pg_lsn", TypeFamily.OPAQUE, AS_PRINTED),
  PG_SNAPSHOT(5038, "pg_snapshot", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  TXID_SNAPSHOT(
      2970, "txid_snapshot", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  INT2VECTOR(22, "int2vector", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  OIDVECTOR(30, "oidvector", TypeFamily.OPAQUE, KeyUse.no("its equality was not tested")),
  REFCURSOR(1790, "refcursor", TypeFamily.OPAQUE, KeyUse.no("PostgreSQL has no order for it")),
  REGCLASS(2205, "regclass", Refusal.NAME),
  REGCOLLATION(4191, "regcollation", Refusal.NAME),
  REGCONFIG(3734, "regconfig", Refusal.NAME),
  REGDICTIONARY(3769, "regdictionary", Refusal.NAME),
  REGNAMESPACE(4089, "regnamespace", Refusal.NAME),
  REGOPER(2203, "regoper", Refusal.NAME),
  REGOPERATOR(2204, "regoperator", Refusal.NAME),
  REGPROC(24, "regproc", Refusal.NAME),
  REGPROCEDURE(2202, "regprocedure", Refusal.NAME),
  REGROLE(4096, "regrole", Refusal.NAME),
  REGTYPE(2206, "regtype", Refusal.NAME),
  ACLITEM(1033, "aclitem", Refusal.NAME),
  PG_NODE_TREE(194, "pg_node_tree", Refusal.OUTPUT_ONLY),
  PG_NDISTINCT(3361, "pg_ndistinct", Refusal.OUTPUT_ONLY),
  PG_DEPENDENCIES(3402, "pg_dependencies", Refusal.OUTPUT_ONLY),
  PG_MCV_LIST(5017, "pg_mcv_list", Refusal.OUTPUT_ONLY);

  private static final Map<Long, BuiltInType> BY_OID = new HashMap<>();

  static {
    for (BuiltInType type : values()) {
      BY_OID.put(type.oid, type);
    }
  }

  private final long oid;
  private final String display;
  private final TypeFamily family;
  private final KeyUse key;
  private final Optional<String> refused;

  BuiltInType(long oid, String display, TypeFamily family, KeyUse key) {
    this.oid = oid;
    this.display = display;
    this.family = family;
    this.key = key;
    this.refused = Optional.empty();
  }

  BuiltInType(long oid, String display, String refused) {
    this.oid = oid;
    this.display = display;
    this.family = TypeFamily.OPAQUE;
    this.key = KeyUse.no(refused);
    this.refused = Optional.of(refused);
  }

  /** Empty where that oid is none of a built-in base type. */
  static Optional<BuiltInType> of(long oid) {
    return Optional.ofNullable(BY_OID.get(oid));
  }

  /** As PostgreSQL names it. */
  String display() {
    return display;
  }

  /** What expressions may do with it. */
  TypeFamily family() {
    return family;
  }

  /** Whether it may be in a primary key. */
  KeyUse key() {
    return key;
  }

  /** Why its values cannot be carried; empty where they can. */
  Optional<String> refused() {
    return refused;
  }

  /** Why a type cannot be carried. */
  private static final class Refusal {
    static final String NAME =
        "it stores a number and prints a name, which changes when something is renamed, without an"
            + " event, and means something else in the target";
    static final String OUTPUT_ONLY = "what PostgreSQL prints of it, PostgreSQL does not read";
  }
}
