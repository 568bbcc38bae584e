export { AgentPage as default } from "#features/agents/detail/agent-page.tsx";
