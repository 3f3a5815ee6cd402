//! What is remembered of a station, in parts: a round appends what is new to the last part, and
//! deletes the first ones when all their pieces are forgotten.
//!
//! Pieces are numbered from 1 on, for as long as a station's snapshots continue each other. The
//! row of a station says the number of its last piece and how many up to that are remembered; a
//! part says the number of its first.

use carwatch::follow::{How, Memory, TailFate};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::damaged;
use crate::known::{self, Known};
use crate::prepared::Prepared;
use crate::round::Followed;

/// What a [`carwatch::follow::Follow`] goes on from, if the station is known.
pub(crate) fn load(
    connection: &Connection,
    station: &str,
) -> rusqlite::Result<Option<Memory<'static>>> {
    let Some(known) = known::known(&mut Prepared::new(connection), station)? else {
        return Ok(None);
    };
    let wrong = || damaged(format!("what is remembered of the station {station} makes no sense"));
    let mut statement = connection.prepare(PARTS)?;
    let mut rows = statement.query([known.id])?;
    // The first piece that is remembered; `next` is the first of the next part.
    let begin = known.pieces.checked_sub(known.remembered).and_then(|before| before.checked_add(1));
    let begin = begin.ok_or_else(wrong)?;
    let (mut pieces, mut next, mut skip) = (Vec::new(), None, 0);
    while let Some(row) = rows.next()? {
        let (first, part): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        if next.is_none() {
            skip = begin.checked_sub(first).ok_or_else(wrong)?;
        }
        let is_next = next.is_none_or(|next| next == first);
        if !is_next || part.last() != Some(&b'.') {
            return Err(wrong());
        }
        next = first.checked_add(count(&part));
        pieces.extend_from_slice(&part);
    }
    let is_whole = match next {
        None => known.remembered == 0,
        Some(next) => next.checked_sub(1) == Some(known.pieces),
    };
    let (Ok(skip), Ok(forgotten), true) =
        (usize::try_from(skip), u64::try_from(known.forgotten), is_whole)
    else {
        return Err(wrong());
    };
    if let Some(before) = skip.checked_sub(1) {
        let dot = memchr::memchr_iter(b'.', &pieces).nth(before).ok_or_else(wrong)?;
        pieces.drain(..=dot);
    }
    let provisional = known.provisional;
    let stale = known.stale.map(i64::cast_unsigned);
    Ok(Some(Memory { pieces: pieces.into(), forgotten, provisional, seen: true, stale }))
}

/// Puts what is remembered after a step in the place of what was before. Writes what changed.
pub(crate) fn save(
    prepared: &mut Prepared<'_>,
    station: &str,
    before: Option<Known>,
    followed: &Followed<'_>,
    tail: Option<i64>,
    told: bool,
) -> rusqlite::Result<()> {
    let memory = followed.follow.memory();
    if !memory.seen {
        return Ok(());
    }
    let window = &*memory.pieces;
    let (remembered, forgotten) = (count(window), memory.forgotten.cast_signed());
    let listed = forgotten.saturating_add(remembered);
    let id = match &before {
        Some(before) => before.id,
        None => known::insert(prepared, station)?,
    };
    let goes_on = before.as_ref().filter(|_| followed.what.how == How::Continued);
    let is_amended = followed.what.tail == Some(TailFate::Amended);
    let new = listed.saturating_sub(followed.what.new.cast_signed());
    let pieces = match goes_on {
        Some(before) => before.pieces.saturating_add(new),
        None => listed,
    };
    let kept = match goes_on {
        Some(before) => keep(prepared, before, window, pieces, new, is_amended)?,
        None => 0,
    };
    let first = pieces - remembered + 1;
    if kept == 0 {
        prepared.of("DELETE FROM memory WHERE station = ?1")?.execute([id])?;
        append(prepared, id, first, window)?;
    } else {
        prepared.of(FORGET)?.execute([id, first])?;
        append(prepared, id, kept + 1, last(window, pieces - kept))?;
    }
    let provisional = memory.provisional;
    // A tail that was printed as it was is not printed again, because that had been cut.
    let is_still = is_amended && new == 0 && before.as_ref().is_some_and(Known::was_told);
    let told = told || !provisional || is_still;
    let stale = memory.stale.map(u64::cast_signed);
    let after = Known { id, pieces, remembered, forgotten, provisional, tail, told, stale };
    if before.as_ref() != Some(&after) {
        known::update(prepared, &after)?;
    }
    Ok(())
}

/// Deletes the last part if it has to be written again: because it is short, or its last piece was
/// amended. The number of the last piece that is still stored as it is; 0 if that is none, or
/// what is stored is not what `window` goes on from.
fn keep(
    prepared: &mut Prepared<'_>,
    before: &Known,
    window: &[u8],
    pieces: i64,
    new: i64,
    is_amended: bool,
) -> rusqlite::Result<i64> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let part = prepared.of(LAST_PART)?.query_row([before.id], row).optional()?;
    let Some((id, first, part)): Option<(i64, i64, Vec<u8>)> = part else { return Ok(0) };
    let remembered_from = pieces - count(window);
    if remembered_from >= before.pieces || first > before.pieces {
        return Ok(0);
    }
    // The piece that was the last one, as it was and as it is.
    let (was, is) = (last(&part, 1), first_of(last(window, new + 1)));
    let was = was.strip_suffix(b".").unwrap_or(was);
    if !(was == is || is_amended && is.starts_with(was)) {
        return Ok(0);
    }
    if (new == 0 || part.len() >= PART) && was == is {
        return Ok(before.pieces);
    }
    prepared.of("DELETE FROM memory WHERE id = ?1")?.execute([id])?;
    // Where all before it is forgotten by now, there is nothing to keep.
    Ok(if first - 1 > remembered_from { first - 1 } else { 0 })
}

/// Stores pieces, the first of which has the number `first`, in parts of [`PART`] bytes or
/// little more.
fn append(
    prepared: &mut Prepared<'_>,
    station: i64,
    mut first: i64,
    mut pieces: &[u8],
) -> rusqlite::Result<()> {
    let insert = prepared.of(INSERT_PART)?;
    while !pieces.is_empty() {
        let least = PART.min(pieces.len()) - 1;
        let end =
            memchr::memchr(b'.', &pieces[least..]).map_or(pieces.len(), |dot| least + dot + 1);
        let (part, rest) = pieces.split_at(end);
        insert.execute(params![station, first, part])?;
        first += count(part);
        pieces = rest;
    }
    Ok(())
}

/// How many pieces there are, each of which is followed by `.`.
fn count(pieces: &[u8]) -> i64 {
    memchr::memchr_iter(b'.', pieces).count() as i64
}

/// The last `most` of them.
fn last(pieces: &[u8], most: i64) -> &[u8] {
    let before = usize::try_from(most).unwrap_or(0);
    let dot = memchr::memrchr_iter(b'.', pieces).nth(before);
    &pieces[dot.map_or(0, |dot| dot + 1)..]
}

/// The first of them, without what follows it.
fn first_of(pieces: &[u8]) -> &[u8] {
    &pieces[..memchr::memchr(b'.', pieces).unwrap_or(pieces.len())]
}

/// How large a part is before the next one begins, in bytes: so much is written again for one
/// new car, and so many parts are read for a station (65,536 pieces are some 100).
const PART: usize = 16 * 1024;

const PARTS: &str = "SELECT first, pieces FROM memory WHERE station = ?1 ORDER BY first";

const LAST_PART: &str = "SELECT id, first, pieces FROM memory
    WHERE station = ?1 ORDER BY first DESC LIMIT 1";

/// All parts before the one that piece ?2 is in.
const FORGET: &str = "DELETE FROM memory WHERE station = ?1 AND first <
    (SELECT max(first) FROM memory WHERE station = ?1 AND first <= ?2)";

const INSERT_PART: &str = "INSERT INTO memory(station, first, pieces) VALUES(?1, ?2, ?3)";
