/** What the examples in comments take as given. */
declare const source: import("eventsource-wasm").FetchEventSource;
declare const server: import("eventsource-wasm/testing").TestEventServer;
declare const connection: import("eventsource-wasm/testing").TestConnection;
declare const response: Response;
declare const stopButton: HTMLButtonElement;
declare function show(text: string): void;
declare function signIn(): void;
