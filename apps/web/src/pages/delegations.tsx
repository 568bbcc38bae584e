export { DelegationsPage as default } from "#features/delegations/delegations-page.tsx";
