import { useMe } from './session.ts';

/** What the signed-in person may do. The server decides; this hides buttons that it would refuse. */
export function useRights() {
  const { role } = useMe();
  return {
    /** Change providers, niches, levels, sources and subscriptions. */
    operate: role === 'admin' || role === 'operator',
    /** Move money by hand. */
    money: role === 'admin' || role === 'finance',
    /** Invite people, read memos. */
    admin: role === 'admin',
  };
}
