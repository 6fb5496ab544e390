/** The migrated and empty database that every test database is cloned from. */
export const TEMPLATE_DATABASE = 'causeway_template'
