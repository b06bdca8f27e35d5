import { CircleCheck, Inbox, RotateCcw, Send, Split, UserCheck, Wallet } from 'lucide-react';
import { Card, Facts } from '../ui/card.tsx';
import { Explanation } from '../ui/explanation.tsx';
import { Figure, Figures } from '../ui/figure.tsx';
import { Id } from '../ui/id.tsx';
import { Money } from '../ui/money.tsx';
import { Timeline, type TimelineEvent } from '../ui/timeline.tsx';
import { Section } from './gallery.tsx';

const at = (seconds: number) => new Date(Date.now() - 14 * 60_000 + seconds * 1000).toISOString();
const trend = Array.from({ length: 30 }, (_, day) =>
  day === 11 ? null : 40 + ((day * 37) % 29) + (day % 7 > 4 ? -25 : day),
);
const basis = 'Today, Europe/Berlin, without test leads';

const events: TimelineEvent[] = [
  {
    id: '1',
    at: at(0),
    icon: Inbox,
    tone: 'info',
    sentence: 'Received from the landing page “Heat pumps Berlin”',
  },
  { id: '2', at: at(84), icon: UserCheck, tone: 'info', sentence: 'Confirmed by the person' },
  {
    id: '3',
    at: at(85),
    icon: Split,
    sentence: 'Offered to 14 providers; 3 took it; 11 did not: 6 filters, 3 daily cap, 2 balance',
    detail: <Why />,
  },
  {
    id: '4',
    at: at(85),
    icon: Wallet,
    tone: 'good',
    sentence: 'Charged to Nordlicht Energie GmbH',
    figure: <Money amount="32.00" currency="EUR" />,
    detail: (
      <Facts
        facts={[
          ['Transfer', <Id key="t" value="019a9f0c-3c1e-7d5a-9b1d-4f2c81a0e7c3" what="transfer id" />],
          ['Available after', <Money key="m" amount="418.00" currency="EUR" />],
        ]}
      />
    ),
  },
  {
    id: '5',
    at: at(86),
    icon: Send,
    tone: 'warn',
    sentence: 'Nordlicht Energie GmbH answered 503 after 1.2 s; next try in 5 s',
  },
  { id: '6', at: at(91), icon: RotateCcw, sentence: 'Sent again to Nordlicht Energie GmbH' },
  {
    id: '7',
    at: at(92),
    icon: CircleCheck,
    tone: 'good',
    sentence: 'Accepted by Nordlicht Energie GmbH in 240 ms',
  },
];

function Why() {
  return (
    <Explanation
      answer="Three of 14 providers took the lead; the level sells to at most 3."
      groups={[
        { count: 3, reason: 'had reached their daily cap', who: ['Wärme & Co', 'Solar Süd', 'Thermo Plus'] },
        {
          count: 6,
          reason: 'have filters that do not match',
          who: ['Nordwind', 'Alpen Klima', 'Haus & Heizung', 'Rhein Energie', 'Klima Nord', 'Wasser & Wärme'],
          facts: [
            { what: 'Budget', lead: '80', rule: 'starts at 100' },
            { what: 'Postcode', lead: '10115', rule: '80000 to 85999' },
          ],
        },
        { count: 2, reason: 'do not have enough money' },
      ]}
      change="A budget of 100 or more would have matched 4 of the 6 filters."
    />
  );
}

export function Stories() {
  return (
    <Section title="Figures, timeline, explanation">
      <Figures>
        <Figure
          label="Leads received"
          value="1,284"
          basis={basis}
          trend={trend}
          comparison={{ change: '12 %', than: 'than last Friday', direction: 'up', good: true }}
          link={<a href="#leads">Leads</a>}
        />
        <Figure
          label="Unsold"
          value="37"
          basis={basis}
          trend={trend.map((v) => (v === null ? null : v / 9))}
          comparison={{ change: '9', than: 'than last Friday', direction: 'down', good: true }}
        />
        <Figure
          label="Delivered within 30 minutes"
          value="99.2 %"
          basis={basis}
          comparison={{ change: '0.4 points', than: 'than last Friday', direction: 'down', good: false }}
        />
        <Figure
          label="Revenue"
          value={<Money amount="41088.00" currency="EUR" />}
          basis={`${basis}, net`}
          trend={trend}
        />
      </Figures>
      <div className="grid gap-4 lg:grid-cols-2">
        <Card title="Timeline">
          <Timeline label="What happened to the lead" events={events} />
        </Card>
        <Card title="Why these providers">
          <Why />
        </Card>
      </div>
    </Section>
  );
}
