"""The SQL of booking. One statement takes the seat, makes the appointment, tells, audits, keeps the answer.

Why one statement, and why these tables of ``platform`` are written here and not through its functions:
docs/decisions/0004-booking-is-one-statement.md.

Locks are always taken in one order: the idempotency key, the slot's row, the practitioner, the member.
The last two are advisory: two inserts that exclude each other would else wait for each other (a deadlock,
which PostgreSQL ends only after a second).
"""

KEY, PRACTITIONER, MEMBER = 71, 72, 73  # which kind of thing an advisory lock is about

#: The caller's turn under this key, and the answer kept from an earlier call. No key: always its turn.
TURN = f"""
turn AS MATERIALIZED (
  SELECT %(key)s::text IS NULL OR pg_try_advisory_xact_lock(
    {KEY}, hashtext(%(principal)s::text || chr(31) || %(key)s::text)) AS mine
), prior AS MATERIALIZED (
  SELECT digest, body FROM platform_idempotencykey
  WHERE principal = %(principal)s::text AND key = %(key)s::text
)"""

#: Told, written down and kept, about the rows of ``made`` (one appointment with its slot).
TAIL = """
told AS (
  INSERT INTO platform_outboxevent (kind, payload)
  SELECT 'appointment.' || %(kind)s::text, jsonb_build_object(
    'appointment_id', id, 'slot_id', slot_id, 'role_id', role_id, 'practitioner_id', practitioner_id,
    'member_id', member_id, 'request_id', request_id, 'seats_left', seats_left,
    'starts', (extract(epoch FROM lower(during)) / 60)::bigint,
    'ends', (extract(epoch FROM upper(during)) / 60)::bigint,
    'reason', reason, 'replaces', replaces_id, 'grouped', grouped)
  FROM made
), audited AS (
  INSERT INTO platform_auditevent (user_id, user_name, role, purpose, reason, action, data_class, member_id,
    what, allowed, request_id)
  SELECT %(user_id)s::bigint, %(user_name)s::text, %(role)s::text, %(purpose)s::text, '', 'write', 'D4',
    member_id, 'appointment:' || %(kind)s::text, true, %(web_request)s::text
  FROM made
), answer AS MATERIALIZED (
  SELECT jsonb_build_object('answer', state, 'appointment', jsonb_build_object(
    'id', id, 'public_id', public_id, 'slot_id', slot_id, 'role_id', role_id,
    'practitioner_id', practitioner_id, 'member_id', member_id, 'request_id', request_id,
    'starts_at', extract(epoch FROM lower(during))::bigint,
    'ends_at', extract(epoch FROM upper(during))::bigint,
    'time_zone', time_zone, 'wall_time', wall_time, 'modality', modality, 'state', state,
    'hold_expires_at', extract(epoch FROM hold_expires_at)::float8, 'seats_left', seats_left)) AS body
  FROM made
), kept AS (
  INSERT INTO platform_idempotencykey (principal, key, digest, status, body)
  SELECT %(principal)s::text, %(key)s::text, %(digest)s::bytea, 200, body FROM answer
  WHERE %(key)s::text IS NOT NULL
)
SELECT (SELECT mine FROM turn), (SELECT digest FROM prior), (SELECT body::text FROM prior) AS before,
       (SELECT body::text FROM answer) AS body"""

BOOK = f"""
WITH {TURN}, seat AS (
  UPDATE scheduling_slot SET taken = taken + 1
  WHERE id = %(slot)s::bigint AND NOT withdrawn AND taken < seats AND starts_at > %(now)s::timestamptz
    AND modalities & %(bit)s::int <> 0
    AND CASE WHEN %(returning)s::boolean THEN for_returning ELSE for_new END
    AND (SELECT mine FROM turn) AND NOT EXISTS (SELECT FROM prior)
  RETURNING id, schedule_id, role_id, practitioner_id, starts_at, ends_at, seats, seats - taken AS seats_left
), alone AS MATERIALIZED (
  SELECT seat.*, schedule.time_zone,
    to_char(starts_at AT TIME ZONE schedule.time_zone, 'YYYY-MM-DD"T"HH24:MI') AS wall_time,
    CASE WHEN seat.practitioner_id IS NOT NULL THEN
      pg_advisory_xact_lock({PRACTITIONER}, (seat.practitioner_id %% 2147483647)::int)::text END,
    pg_advisory_xact_lock({MEMBER}, (%(member)s::bigint %% 2147483647)::int)::text
  FROM seat JOIN scheduling_schedule schedule ON schedule.id = seat.schedule_id
), entered AS (
  INSERT INTO scheduling_appointment (public_id, slot_id, member_id, practitioner_id, role_id, request_id,
    during, time_zone, wall_time, state, queue, modality, "returning", grouped, hold_expires_at, reason,
    replaces_id, created_by, created_at, updated_by, updated_at)
  SELECT gen_random_uuid(), id, %(member)s::bigint, practitioner_id, role_id, %(request)s::bigint,
    tstzrange(starts_at, ends_at), time_zone, wall_time, %(state)s::text, %(queue)s::text,
    %(modality)s::text, %(returning)s::boolean, seats > 1, %(hold_expires_at)s::timestamptz, '',
    %(replaces)s::bigint, %(user_id)s::bigint, %(now)s::timestamptz, %(user_id)s::bigint,
    %(now)s::timestamptz
  FROM alone
  RETURNING *
), made AS MATERIALIZED (
  SELECT entered.*, alone.seats_left FROM entered JOIN alone ON alone.id = entered.slot_id
), {TAIL}"""

MOVE = f"""
WITH {TURN}, slot AS MATERIALIZED (
  SELECT s.id, s.seats, s.taken
  FROM scheduling_slot s JOIN scheduling_appointment a ON a.slot_id = s.id
  WHERE a.id = %(appointment)s::bigint AND (SELECT mine FROM turn) AND NOT EXISTS (SELECT FROM prior)
  FOR NO KEY UPDATE OF s
), alone AS MATERIALIZED (
  SELECT slot.*, pg_advisory_xact_lock({MEMBER}, (%(member)s::bigint %% 2147483647)::int)::text FROM slot
), moved AS (
  UPDATE scheduling_appointment a
  SET state = %(state)s::text, queue = %(queue)s::text, reason = %(reason)s::text,
    queue_done_at = CASE WHEN %(queue)s::text = 'none' THEN %(now)s::timestamptz END,
    updated_by = %(user_id)s::bigint, updated_at = %(now)s::timestamptz
  FROM alone
  WHERE a.id = %(appointment)s::bigint AND a.slot_id = alone.id AND a.state = ANY(%(before)s::text[])
    AND (%(state)s::text <> 'booked' OR a.hold_expires_at > %(now)s::timestamptz)
    AND (%(state)s::text <> 'expired' OR a.hold_expires_at <= %(now)s::timestamptz)
    AND (%(state)s::text NOT IN ('fulfilled', 'noshow') OR lower(a.during) <= %(now)s::timestamptz)
  RETURNING a.*
), freed AS (
  UPDATE scheduling_slot s SET taken = s.taken - 1 FROM moved
  WHERE s.id = moved.slot_id AND %(frees)s::boolean
  RETURNING s.id
), made AS MATERIALIZED (
  SELECT moved.*, alone.seats - alone.taken + %(frees)s::int AS seats_left
  FROM moved JOIN alone ON alone.id = moved.slot_id
), {TAIL}"""

#: Keep a refusal under its key; give what is kept, which may be another sender's answer.
KEEP = """
WITH kept AS (
  INSERT INTO platform_idempotencykey (principal, key, digest, status, body)
  VALUES (%(principal)s, %(key)s, %(digest)s, 200, %(body)s::jsonb)
  ON CONFLICT (principal, key) DO NOTHING RETURNING body
)
SELECT true AS mine, NULL::bytea AS digest, NULL::text AS before, body::text FROM kept"""

KEPT = """
SELECT true AS mine, digest, body::text AS before, NULL::text AS body FROM platform_idempotencykey
WHERE principal = %(principal)s AND key = %(key)s"""
