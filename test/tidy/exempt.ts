/** The whole list of exemptions. Each names the rule, the file and the reason; one that is not needed fails the test. */
export type Exemption = { rule: string; path: string; reason: string };

export const exemptions: Exemption[] = [];
