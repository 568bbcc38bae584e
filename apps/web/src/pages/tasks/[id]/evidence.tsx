export { EvidencePage as default } from "#features/evidence/evidence-page.tsx";
