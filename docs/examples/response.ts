export const response = await fetch("/chat");
