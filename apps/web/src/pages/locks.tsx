export { LocksPage as default } from "#features/locks/locks-page.tsx";
