export { AcceptPage as default } from "#features/session/accept-page.tsx";
