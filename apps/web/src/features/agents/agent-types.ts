import type { Inputs, Outputs } from "#lib/api.ts";

/** The slice's shapes by the names that these pages use. */
export type CardPage = Outputs["views"]["agentCards"];
export type AgentCard = CardPage["agents"][number];
export type CardQuery = Inputs["views"]["agentCards"];
export type Agent = Outputs["agents"]["get"];
type Catalogue = Outputs["agents"]["catalogue"];
export type CatalogueTool = Catalogue["tools"][number];
export type Template = Catalogue["templates"][number];
export type AgentDraft = Outputs["agents"]["draft"]["get"];
export type DraftData = AgentDraft["data"];
export type AgentSummary = AgentDraft["summary"];
export type ConnectionTest = Outputs["agents"]["test"]["get"];
export type AgentGrant = Outputs["agents"]["grants"]["list"]["grants"][number];
export type NewAgent = Outputs["agents"]["create"];
