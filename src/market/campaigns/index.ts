export { addCampaign } from './add-campaign.ts';
export { takeOverCampaignPrices } from './announce-prices.ts';
export {
  type Approval,
  type Campaign,
  type CampaignPolicy,
  type Confirmation,
  type LateApproval,
  type PurchaseMode,
  plainConsentText,
  recipientWarnings,
} from './campaign.ts';
export { createCampaign } from './create-campaign.ts';
export { archiveCampaign, editCampaign } from './edit-campaign.ts';
export { readLevelPrices, shownPrices } from './level-prices.ts';
export { campaignRoutes } from './routes.ts';
export { campaignEdit } from './schema.ts';
export { defaultCampaign, readCampaign, readCampaignBySlug } from './store.ts';
