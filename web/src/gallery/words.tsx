import { Status } from '../ui/badge.tsx';
import { Id } from '../ui/id.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { LiveDot } from '../ui/live-dot.tsx';
import { Mark } from '../ui/mark.tsx';
import { Money } from '../ui/money.tsx';
import { type StateKind, states } from '../ui/states.ts';
import { TestBand } from '../ui/test-band.tsx';
import { Time } from '../ui/time.tsx';
import { Row, Section } from './gallery.tsx';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

export function Words() {
  return (
    <>
      <Section title="Mark, type, values">
        <Row>
          <Mark className="size-10 text-accent" />
          <Mark className="size-6 text-accent" />
          <Mark className="size-4" />
          <span className="font-semibold text-2xl">28 Figure</span>
          <span className="font-semibold text-xl">20 Title</span>
          <span className="font-semibold text-lg">16 Section</span>
          <span className="text-base">14 Text</span>
          <span className="text-sm">13 Table</span>
          <span className="text-muted text-xs">12 Note</span>
          <span className="text-faint text-xs">12 Faint</span>
        </Row>
        <Row>
          <Time at={ago(0)} />
          <Time at={ago(4)} zone={{ name: 'America/Toronto', whose: 'Provider' }} />
          <Time at={ago(60 * 24 * 40)} />
          <Id value="019a9f0c-3c1e-7d5a-9b1d-4f2c81a0e7c3" what="lead id" />
          <Kbd keys="mod+K" />
          <Kbd keys="G L" />
          <LiveDot state="live" />
          <LiveDot state="connecting" />
          <LiveDot state="offline" />
        </Row>
        <div className="w-fit rounded-panel border bg-surface-1 p-3 text-right text-sm *:block">
          <Money amount="1234567.80" currency="EUR" />
          <Money amount="12.50" currency="EUR" signed />
          <Money amount="-1204.05" currency="CAD" alert />
          <Money amount="0.00" currency="NOK" />
        </div>
        <TestBand />
      </Section>
      <Section title="States">
        <div className="flex flex-col gap-2">
          {Object.entries(states).map(([kind, known]) => (
            <div key={kind} className="grid grid-cols-1 gap-2 sm:grid-cols-[7rem_1fr]">
              <span className="text-muted text-sm">{kind}</span>
              <div className="flex flex-wrap gap-2">
                {Object.keys(known).map((state) => (
                  <Status key={state} kind={kind as StateKind} state={state} />
                ))}
              </div>
            </div>
          ))}
        </div>
      </Section>
    </>
  );
}
