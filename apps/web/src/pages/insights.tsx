export { InsightsPage as default } from "#features/insights/insights-page.tsx";
