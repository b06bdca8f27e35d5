export type { HolidayChoice } from './calendar.ts';
export { asIfPinned, checkHolidays, type Pinned, pinHolidays, withHolidays } from './pin-holidays.ts';
export { holidayRoutes } from './routes.ts';
export { saveCalendar } from './save-calendar.ts';
