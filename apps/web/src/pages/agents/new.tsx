export { WizardPage as default } from "#features/agents/wizard/wizard-page.tsx";
