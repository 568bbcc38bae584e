export { ComposePage as default } from "#features/compose/compose-page.tsx";
