//! Statements of one transaction, each prepared once, however many stations there are.

use std::collections::HashMap;

use rusqlite::{Connection, Statement};

/// The statements that were needed so far.
pub(crate) struct Prepared<'c> {
    connection: &'c Connection,
    statements: HashMap<&'static str, Statement<'c>>,
}

impl<'c> Prepared<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self { connection, statements: HashMap::new() }
    }

    /// The statement that `sql` is.
    pub(crate) fn of(&mut self, sql: &'static str) -> rusqlite::Result<&mut Statement<'c>> {
        if !self.statements.contains_key(sql) {
            self.statements.insert(sql, self.connection.prepare(sql)?);
        }
        Ok(self.statements.get_mut(sql).expect("it was just put there"))
    }

    /// The `id` of the row that was inserted last.
    pub(crate) fn last_id(&self) -> i64 {
        self.connection.last_insert_rowid()
    }
}
