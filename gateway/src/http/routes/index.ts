/** All routes of the API. */
import type { ReaderLimits } from '../../imports/reader';
import type { Route } from '../route';
import type { Services } from '../services';
import { assetRoutes } from './assets';
import { importRoutes } from './imports';
import { partyRoutes } from './parties';
import { pledgeRoutes } from './pledges';
import { receivableRoutes } from './receivables';
import { systemRoutes } from './system';
import { transactionRoutes } from './transactions';

/** @param limits of imports */
export function allRoutes(services: Services, limits: ReaderLimits): readonly Route[] {
  const routes = [
    ...importRoutes(services, limits),
    ...receivableRoutes(services),
    ...pledgeRoutes(services),
    ...assetRoutes(services),
    ...transactionRoutes(services),
    ...partyRoutes(services),
  ];
  return [...routes, ...systemRoutes(services, routes)];
}
