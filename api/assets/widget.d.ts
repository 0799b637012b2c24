// Types of the Rebook widget 1.x, window.rebook. The guide is api/assets/README.md.

export interface RebookAddress {
  line1?: string;
  line2?: string;
  city?: string;
  state?: string;
  postal_code?: string;
}

export interface RebookCustomer {
  first_name?: string;
  last_name?: string;
  phone?: string;
  email?: string;
  address?: RebookAddress;
}

/** What a page can tell. Later values replace earlier ones; empty ones say nothing. */
export interface RebookData {
  customer?: RebookCustomer;
  service?: string;
  /** When the customer would like the visit, in words. */
  preferred?: string;
  step?: string;
  /** Anything else, at most 40 fields; kept as text. */
  fields?: Record<string, string>;
  value_cents?: number;
}

/** What a customer had typed before, as the link in their text brought it back. */
export interface RebookVisit extends RebookData {
  session: string;
  scheduler: string;
  locale?: string;
  /** What was ticked under which words. It is on record already. */
  consent?: { sms: boolean; text?: string };
}

export interface Rebook {
  readonly version: string;
  /** The page's own name of the visit; undefined until the widget is ready. */
  readonly session: string | undefined;
  /** Tells what the widget cannot see by itself. */
  set(data: RebookData): void;
  /** Names the step the customer is on. */
  step(name: string): void;
  /** Tells a tick, or its removal, with the exact words that were shown beside the box. Only call it when a person ticked. */
  consent(sms: boolean, text: string): void;
  /** Tells that the booking is made: no text will go out. Resolves to true when the daemon has it on disk. */
  complete(data?: RebookData): Promise<boolean>;
  /** Tells that the form was left where the page stays, such as a dialog that was closed. Typing again takes it back. */
  leave(): void;
  /** Sends what waits. Resolves to true when the daemon has it on disk. */
  flush(): Promise<boolean>;
  /** A link was redeemed and the fields were filled in. Called at once when it has happened already. */
  on(event: "restore", listener: (visit: RebookVisit) => void): void;
  /** The customer came by a link that leads nowhere any more. */
  on(event: "ended", listener: () => void): void;
  /** Prints and returns what the widget sees in the page. */
  debug(): { field: string; role: string; why: string }[];
}

declare global {
  interface Window {
    rebook?: Rebook;
  }
  interface DocumentEventMap {
    /** window.rebook has its session, and a link was redeemed or was not. */
    "rebook:ready": CustomEvent<null>;
  }
}
