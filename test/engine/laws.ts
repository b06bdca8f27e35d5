import { type Decision, decide, type Turn } from '../../src/lead/distribution/decide.ts';
import type { Facts } from '../../src/lead/distribution/facts.ts';
import { type Batch, DAY_SEED } from './play.ts';
import { capsNow, type Receipt, type State } from './reference-checks.ts';

/**
 * What must hold of every batch, whatever the rules say in detail. A law looks at what the engine was given and what
 * it answered, and returns what it found wrong; nothing is right.
 */
export type Law = (batch: Batch) => string[];

const isLive = ({ lead }: Decision): boolean => !lead.test;
const wrong = (fault: boolean, text: () => string): string[] => (fault ? [text()] : []);

/** The receipts of the batch beside those from before, as the engine decided them. */
function historyAfter({ before, decisions, clockMs }: Batch): State {
  const receipts = decisions.filter(isLive).flatMap(
    ({ lead, chosen }) =>
    chosen.map(({ subscription, price }): Receipt => ({
      atMs: clockMs, subscriptionId: subscription.id, providerId: subscription.providerId, personKeys: lead.personKeys,
      leadId: lead.id, price,
    })), // biome-ignore format: one receipt
  );
  return { ...before, history: [...before.history, ...receipts] };
}

/** A cap that was lowered below its use stays where it is: who received is at or below every cap that holds. */
const noCapIsExceeded: Law = (batch) => {
  const { config, clockMs, decisions } = batch;
  const state = historyAfter(batch);
  const received = new Set(
    decisions.filter(isLive).flatMap((one) => one.chosen.map((to) => to.subscription.id)),
  );
  return config.subscriptions
    .filter(({ id }) => received.has(id))
    .flatMap((sub) =>
      (['own', 'provider'] as const).flatMap((scope) =>
        capsNow({ config, state, clockMs }, sub, scope).flatMap(({ cap, used }) =>
          wrong(
            used > BigInt(cap.value),
            () => `${sub.id}: ${used} of ${cap.value} a ${cap.window} (${scope})`,
          ),
        ),
      ),
    );
};

/** A provider that buys a lead itself has put aside its own wishes on when leads come. */
const isBought = ({ lead }: Batch['decisions'][number]): boolean => lead.offer?.kind === 'purchase';

/**
 * At no moment of its window had anybody more of an evenly spread cap than its share of that moment, and one lead; what
 * somebody buys itself counts, and is not held back by it.
 */
const pacedCapsAreSpread: Law = (batch) => {
  const { config, clockMs, decisions } = batch;
  const state = historyAfter(batch);
  const receivers = (by: Batch['decisions']) =>
    new Set(by.filter(isLive).flatMap((one) => one.chosen.map((to) => to.subscription.id)));
  const received = receivers(decisions);
  const bought = receivers(decisions.filter(isBought));
  return config.subscriptions
    .filter(({ id }) => received.has(id) && !bought.has(id))
    .flatMap((sub) =>
      capsNow({ config, state, clockMs }, sub, 'own')
        .filter(({ cap }) => cap.pace === 'even' && cap.kind === 'count')
        .filter(({ cap }) => cap.window !== 'hour' && cap.window !== 'total')
        .flatMap(({ cap, used, startMs, endMs }) => {
          const share = (Number(cap.value) * (clockMs - startMs)) / (endMs - startMs);
          return wrong(Number(used) > share + 1.000001, () => `${sub.id}: ${used} when ${share} were due`);
        }),
    );
};

const seatsAndPromisesAreKept: Law = ({ rules, decisions, config }) =>
  decisions.flatMap(({ lead, chosen, seats }) => {
    const told = Math.min(
      rules.campaigns.get(lead.campaignId)?.recipientsTold ?? Infinity,
      lead.told ?? Infinity,
    );
    const levels = new Set(chosen.map(({ level }) => level.id));
    const faults = wrong(!lead.offer && chosen.length > told, () => `${chosen.length} got it, told ${told}`);
    for (const { level, maxShared } of chosen) {
      const here = chosen.filter((one) => one.level.id === level.id).length;
      const open = seats.find(({ levelId }) => levelId === level.id)!.seats;
      faults.push(
        ...wrong(here > level.maxProviders, () => `${here} at ${level.id}`),
        ...wrong(here > open, () => `${here} of ${open} seats at ${level.id}`),
        ...wrong(chosen.length > maxShared, () => `${chosen.length} share what ${maxShared} were promised`),
        ...wrong(level.exclusive && levels.size > 1, () => `${level.id} is sold alone`),
        ...wrong(
          config.fillMode === 'cascade' && chosen.length > level.maxProviders,
          () => `more competitors than ${level.id} sold`,
        ),
      );
    }
    return faults;
  });

const nobodyGetsItTwice: Law = ({ decisions }) =>
  decisions.flatMap(({ lead, chosen }) => {
    const providers = chosen.map(({ subscription }) => subscription.providerId);
    return wrong(
      new Set(providers).size < providers.length || providers.some((one) => lead.had.has(one)),
      () => `${lead.id} went to ${providers.join(', ')}; had it: ${[...lead.had].join(', ')}`,
    );
  });

const nobodyOverdraws: Law = ({ decisions, factsBefore, factsAfter }) => {
  const spent = new Map<string, bigint>();
  for (const { chosen } of decisions.filter(isLive))
    for (const { subscription, price } of chosen)
      spent.set(subscription.providerId, (spent.get(subscription.providerId) ?? 0n) + price);
  return [...factsAfter.providers].flatMap(([id, { available, creditLimit }]) => {
    const paid = spent.get(id) ?? 0n;
    return [
      ...wrong(paid > 0n && available < -creditLimit, () => `${id} has ${available}`),
      ...wrong(factsBefore.providers.get(id)!.available - paid !== available, () => `${id}: paid ${paid}`),
    ];
  });
};

/** These do not change within a batch, so they are asked once more in plain words. */
const onlyWhoMayIsChosen: Law = ({ config, decisions, before, clockMs }) =>
  decisions.flatMap((decision) =>
    decision.chosen.flatMap(({ subscription: { id } }) => {
      const { lead } = decision;
      const byItself = !isBought(decision);
      const sub = config.subscriptions.find((one) => one.id === id)!;
      const own = before.subscriptions.get(id)!;
      const provider = before.providers.get(sub.providerId)!;
      const level = config.levels.find((one) => one.id === sub.levelId)!;
      const rests = (of: { paused: boolean; pausedUntilMs: number | null }) =>
        of.paused && (of.pausedUntilMs ?? Infinity) > clockMs;
      const person = before.history.some(
        (one) =>
          one.providerId === sub.providerId && one.personKeys.some((key) => lead.personKeys.includes(key)) &&
          one.leadId !== lead.id && clockMs - one.atMs < (sub.personWindowDays ?? 0) * 86_400_000,
      ); // biome-ignore format: one question
      const against = {
        level: !level.active,
        provider: !provider.active || provider.stopped || rests(provider),
        paused: byItself && rests(own),
        endpoint: !own.healthy,
        person: person || lead.blocked.has(sub.providerId),
        suppressed: lead.suppressed.has(sub.providerId) || lead.suppressed.has('*'),
        old: byItself && clockMs - lead.readyAtMs > sub.maxAgeMs,
        country: sub.countries.length > 0 && !sub.countries.includes(lead.country ?? ''),
        campaign: sub.campaignIds.length > 0 && !sub.campaignIds.includes(lead.campaignId),
        away:
          byItself &&
          sub.away?.some(({ from, to }) => Date.parse(from) <= clockMs && clockMs < Date.parse(to)) === true,
        ratio: byItself && sub.premiumRatio === (lead.leadType === 'premium' ? 0 : 100),
      };
      const found = Object.entries(against).filter(([, speaks]) => speaks);
      return found.map(([what]) => `${id} got ${lead.id} in spite of ${what}`);
    }),
  );

/** One person once, also within the batch, for whoever asks for it. */
const noPersonComesTwice: Law = ({ decisions }) => {
  const had = new Set<string>();
  const faults: string[] = [];
  for (const { lead, chosen } of decisions) {
    for (const { subscription } of chosen) {
      const pairs = lead.personKeys.map((key) => `${subscription.providerId} ${key}`);
      const again = pairs.filter((pair) => had.has(pair));
      if (subscription.personWindowDays !== null) faults.push(...again.map((pair) => `${pair} again`));
    }
    if (!lead.test)
      for (const { subscription } of chosen)
        for (const key of lead.personKeys) had.add(`${subscription.providerId} ${key}`);
  }
  return faults;
};

const theTurnMovesByOnePerSoldLead: Law = ({ rules, decisions, before }) => {
  const ids = rules.levels.map(({ id }) => id);
  let next = before.nextLevelId;
  return decisions.flatMap(({ lead, chosen, turnBefore, turnAfter }) => {
    const moves = chosen.length > 0 && !lead.test && !lead.offer && rules.levelRotation === 'rotate';
    const place = Math.max(0, ids.indexOf(next ?? ''));
    const faults = wrong(turnBefore !== next, () => `${lead.id} began at ${turnBefore}, not at ${next}`);
    if (moves) next = ids[(place + 1) % ids.length]!;
    return [...faults, ...wrong(turnAfter !== next, () => `${lead.id} left the turn at ${turnAfter}`)];
  });
};

/** Runs some of the batch's leads on fresh facts, in one call or one by one. */
function again(batch: Batch, leads: Batch['leads'], calls: 'one' | 'many') {
  const { rules, before, clockMs } = batch;
  const facts: Facts = structuredClone(batch.factsBefore);
  const turn: Turn = { nextLevelId: before.nextLevelId, receiptNo: before.receiptNo };
  const persons = new Map<string, Set<string>>();
  const parts = calls === 'one' ? [leads] : leads.map((lead) => [lead]);
  const decisions = parts.flatMap((part) =>
    decide({ leads: part, rules, facts, turn, clockMs, seed: DAY_SEED, persons }),
  );
  return told(decisions, facts, turn);
}

const told = (decisions: readonly Decision[], facts: Facts, turn: Turn): string =>
  JSON.stringify(
    [
      turn,
      facts.subscriptions.map((one) => one && { ...one, used: [...one.used].toSorted() }),
      [...facts.providers].map(([id, one]) => [id, { ...one, used: [...one.used].toSorted() }]),
      decisions.map(({ lead, chosen, verdicts, retryAtMs }) => [
        lead.id,
        chosen.map(({ subscription, price, receiptNo, maxShared }) => [
          subscription.id,
          price,
          receiptNo,
          maxShared,
        ]),
        [...verdicts],
        retryAtMs,
      ]),
    ],
    (_, value) => (typeof value === 'bigint' ? `${value}n` : value),
  );

const sameInputSameOutput: Law = (batch) =>
  wrong(
    again(batch, batch.leads, 'one') !== told(batch.decisions, batch.factsAfter, batch.turnAfter),
    () => 'another run decided otherwise',
  );

const aBatchIsItsLeadsOneByOne: Law = (batch) =>
  wrong(
    again(batch, batch.leads, 'many') !== told(batch.decisions, batch.factsAfter, batch.turnAfter),
    () => 'lead by lead it comes out otherwise',
  );

const testLeadsMoveNothing: Law = (batch) =>
  wrong(
    again(
      batch,
      batch.leads.filter(({ test }) => !test),
      'one',
    ) !== told(batch.decisions.filter(isLive), batch.factsAfter, batch.turnAfter),
    () => 'without its test leads it comes out otherwise',
  );

const noSeatStaysEmptyWhileSomebodyWaits: Law = ({ rules, decisions }) =>
  decisions.flatMap(({ lead, chosen, seats, verdicts }) =>
    seats.flatMap(({ levelId, seats: open }) => {
      const taken = chosen.filter(({ level }) => level.id === levelId).length;
      const waits = rules.subscriptions.some((one) => one.levelId === levelId && verdicts[one.index] === 1);
      return wrong(waits && taken < open, () => `${lead.id} at ${levelId}: ${taken} of ${open}`);
    }),
  );

const anUnsoldLeadIsSeenAgainInTime: Law = ({ decisions, clockMs }) =>
  decisions.flatMap(({ lead, chosen, retryAtMs }) =>
    wrong(
      chosen.length > 0
        ? retryAtMs !== null
        : retryAtMs === null ||
            retryAtMs > lead.expiresAtMs ||
            (retryAtMs <= clockMs && retryAtMs < lead.expiresAtMs),
      () => `${lead.id}: again at ${retryAtMs}, ends at ${lead.expiresAtMs}, now ${clockMs}`,
    ),
  );

export const LAWS: Record<string, Law> = {
  'no cap is exceeded, in no window, zone or change of the clocks': noCapIsExceeded,
  'an evenly spread cap is never ahead of its share by more than one lead': pacedCapsAreSpread,
  'seats, promises, the number told and exclusive levels are kept': seatsAndPromisesAreKept,
  'nobody gets a lead twice': nobodyGetsItTwice,
  'nobody pays more than money and credit, and exactly the prices': nobodyOverdraws,
  'only who may have a lead is chosen': onlyWhoMayIsChosen,
  'no person comes twice to who asked for that': noPersonComesTwice,
  'the turn moves by one per sold lead, and not otherwise': theTurnMovesByOnePerSoldLead,
  'the same input gives the same output': sameInputSameOutput,
  'a batch decides as its leads one by one': aBatchIsItsLeadsOneByOne,
  'test leads move nothing': testLeadsMoveNothing,
  'no seat stays empty while somebody eligible waits': noSeatStaysEmptyWhileSomebodyWaits,
  'an unsold lead is seen again before it ends': anUnsoldLeadIsSeenAgainInTime,
};
