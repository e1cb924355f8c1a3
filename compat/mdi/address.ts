import { UsageError } from '../../src/model/errors.js';

/** Where an MDI driver listens. */
export interface MdiAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The address that 'HOST:PORT' names, '[::1]:8021' for an IPv6 host.
 * @throws UsageError where it is none
 */
export function parseMdiAddress(text: string): MdiAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (!(port >= 1 && port <= 65535)) {
    throw new UsageError(
      `'${text}' is no address of an MDI driver, expected HOST:PORT with a port from 1 to 65535`,
      "the driver listens there: localhost:8021 for lmp -mdi '-role DRIVER -name d -method TCP -port 8021'",
    );
  }
  return { host: bracketed ?? plain, port };
}
