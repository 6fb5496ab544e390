/** The migrated and empty database that every test's own is a clone of. */
export const TEMPLATE_DATABASE = 'causeway_template'
