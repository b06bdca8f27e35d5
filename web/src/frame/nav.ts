import {
  Building2,
  CalendarDays,
  CircleHelp,
  FileCheck,
  FlaskConical,
  House,
  Layers,
  ListChecks,
  type LucideIcon,
  Plug,
  Radio,
  Scale,
  ScrollText,
  Send,
  ShoppingCart,
  UserCheck,
  Wallet,
} from 'lucide-react';

export interface NavEntry {
  to: string;
  label: string;
  icon: LucideIcon;
  /** The letter after `G`. */
  jump: string;
  /** Further words under which the palette finds it. */
  words?: readonly string[];
}

export const operatorNav: readonly NavEntry[] = [
  { to: '/admin', label: 'Home', icon: House, jump: 'h', words: ['overview', 'dashboard'] },
  { to: '/admin/leads', label: 'Leads', icon: ListChecks, jump: 'l' },
  {
    to: '/admin/review',
    label: 'Review',
    icon: UserCheck,
    jump: 'r',
    words: ['approve', 'reject', 'quarantine'],
  },
  { to: '/admin/providers', label: 'Providers', icon: Building2, jump: 'p', words: ['partners'] },
  {
    to: '/admin/niches',
    label: 'Niches & levels',
    icon: Layers,
    jump: 'n',
    words: ['competition', 'price', 'schema'],
  },
  {
    to: '/admin/sources',
    label: 'Sources',
    icon: Plug,
    jump: 's',
    words: ['token', 'affiliates', 'inbound'],
  },
  {
    to: '/admin/deliveries',
    label: 'Deliveries',
    icon: Send,
    jump: 'd',
    words: ['webhooks', 'attempts', 'endpoints'],
  },
  { to: '/admin/money', label: 'Money', icon: Wallet, jump: 'm', words: ['ledger', 'wallets', 'payments'] },
  {
    to: '/admin/fairness',
    label: 'Fairness',
    icon: Scale,
    jump: 'f',
    words: ['turns', 'skew', 'share'],
  },
  {
    to: '/admin/proof',
    label: 'Proof',
    icon: FileCheck,
    jump: 'o',
    words: ['root', 'verify', 'witness', 'seed'],
  },
  {
    to: '/admin/simulator',
    label: 'Simulator',
    icon: FlaskConical,
    jump: 'u',
    words: ['dry run', 'what if', 'draft', 'simulate'],
  },
  {
    to: '/admin/holidays',
    label: 'Holidays',
    icon: CalendarDays,
    jump: 'y',
    words: ['calendar', 'closed', 'business hours'],
  },
  { to: '/admin/audit', label: 'Audit', icon: ScrollText, jump: 'a', words: ['log', 'history'] },
];

export const providerNav: readonly NavEntry[] = [
  { to: '/dashboard', label: 'Home', icon: House, jump: 'h', words: ['overview', 'dashboard'] },
  { to: '/dashboard/leads', label: 'Leads', icon: ListChecks, jump: 'l' },
  {
    to: '/dashboard/store',
    label: 'Store',
    icon: ShoppingCart,
    jump: 't',
    words: ['buy', 'purchase', 'unsold', 'marketplace'],
  },
  {
    to: '/dashboard/subscriptions',
    label: 'Subscriptions',
    icon: Radio,
    jump: 's',
    words: ['filters', 'caps', 'pause'],
  },
  {
    to: '/dashboard/why',
    label: 'Why',
    icon: CircleHelp,
    jump: 'y',
    words: ['reasons', 'missed leads', 'fairness', 'turn'],
  },
  {
    to: '/dashboard/proof',
    label: 'Proof',
    icon: FileCheck,
    jump: 'o',
    words: ['root', 'verify', 'check'],
  },
  {
    to: '/dashboard/delivery',
    label: 'Delivery',
    icon: Send,
    jump: 'd',
    words: ['webhook', 'endpoint', 'attempts', 'test'],
  },
  {
    to: '/dashboard/billing',
    label: 'Money',
    icon: Wallet,
    jump: 'm',
    words: ['balance', 'ledger', 'top up', 'billing'],
  },
];

/** The entry an address belongs to; the home page only when it is exactly it. */
export const isWithin = (path: string, entry: NavEntry): boolean =>
  entry.jump === 'h' ? path === entry.to : path === entry.to || path.startsWith(`${entry.to}/`);
